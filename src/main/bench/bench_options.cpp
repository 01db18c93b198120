#include "main/bench/bench_options.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/limits.hpp"
#include "load/load_failure.hpp"
#include "load/process_probe.hpp"
#include "parley_version.hpp"

namespace parley::main {

namespace {

using bench::LoadFailure;

constexpr std::uint32_t sessions_max = 100'000;
constexpr std::uint32_t connections_max = 10'000;
constexpr double rate_max = 1e7;  // messages a second

std::string measured_commit() {
  const char* const given = std::getenv("PARLEY_COMMIT");
  return given != nullptr && *given != '\0' ? given : std::string(parley::commit);
}

std::chrono::nanoseconds nanoseconds(double seconds) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

void bind_common(config::BoundFlags& flags, CommonOptions& options) {
  flags.text({"--url", "URL", "the server, which must run with --limits off"}, options.url);
  flags.text(
      {"--jwt-secret-file", "FILE", "the file with the secret that the server verifies tokens with; required, except for --protocol"},
      options.secret_file);
  flags.number({"--first-user", "N", "number of the first user (be9c…), for a server that reads its users from a database"},
               options.first_user);
  flags.text({"--json", "FILE", "write the whole report to this file; - is standard output"}, options.json_file);
  flags.text({"--commit", "TEXT", "the measured commit, for the report; also PARLEY_COMMIT"}, options.commit);
  flags.number({"--seed", "N", "seed of the schedules and of the order of senders"}, options.seed);
  flags.number({"--repeat", "N", "number of runs, each with new sessions"}, options.repeat, {1, 1000});
  flags.text({"--pid", "N[,N…]", "process ids of the server: adds their processor time and memory, read from /proc"},
             options.server_processes);
}

void bind_pace(config::BoundFlags& flags, PaceOptions& options) {
  flags.number({"--seconds", "N", "measured time, after the warm-up"}, options.seconds, {0.1, 86'400});
  flags.number({"--warm-up", "N", "seconds of load that are not measured"}, options.warm_up_seconds, {0, 3'600});
  flags.number({"--rate", "N", "a second, by a schedule that does not wait for answers; 0: closed loop"}, options.rate, {0, rate_max});
  flags.toggle({"--poisson", "", "with --rate: random arrivals instead of even ones"}, options.poisson);
  flags.number({"--messages", "N", "stop after this number instead of after --seconds, and measure all of them; 0: off"}, options.messages);
}

void bind_text_bytes(config::BoundFlags& flags, std::size_t& text_bytes) {
  flags.number({"--text-bytes", "N", "bytes of each message"}, text_bytes, {1, limits::message_utf16_units_max});
}

void bind_requests(config::BoundFlags& flags, bench::RequestLoop::Plan& plan) {
  flags.number({"--connections", "N", "connections, with one request in flight on each"}, plan.connections, {1, connections_max});
}

}  // namespace

CommonOptions::CommonOptions() : commit(measured_commit()) {}

std::vector<pid_t> CommonOptions::server() const {
  auto processes = bench::parse_process_ids(server_processes);
  if (!processes) throw LoadFailure("--pid " + server_processes + ": must be process ids, separated by commas");
  return *std::move(processes);
}

bench::Protocol RelayOptions::spoken() const {
  if (protocol == "centrifugo") return bench::Protocol::centrifugo;
  return protocol == "nats" ? bench::Protocol::nats : bench::Protocol::socketio;
}

bench::Endpoint CommonOptions::endpoint() const {
  constexpr std::string_view scheme = "http://";
  const std::size_t colon = url.rfind(':');
  if (!url.starts_with(scheme) || colon == std::string::npos || colon < scheme.size()) {
    throw LoadFailure("--url " + url + ": must be http://ADDRESS:PORT with a numeric IPv4 address");
  }
  const unsigned long port = std::strtoul(url.c_str() + colon + 1, nullptr, 10);
  if (port == 0 || port > 65'535) throw LoadFailure("--url " + url + ": must end in a port between 1 and 65535");
  return {url.substr(scheme.size(), colon - scheme.size()), static_cast<std::uint16_t>(port)};
}

bench::LoadIdentity CommonOptions::identity() const {
  if (secret_file.empty()) throw LoadFailure("--jwt-secret-file is missing. Name the file that the server was started with.");
  std::ifstream file(secret_file, std::ios::binary);
  if (!file) throw LoadFailure("--jwt-secret-file " + secret_file + ": cannot be read; give the file that the server was started with");
  std::string secret(std::istreambuf_iterator<char>(file), {});
  if (secret.ends_with('\n')) secret.pop_back();
  if (first_user && repeat > 1) throw LoadFailure("--first-user: one run at a time, each pair of users has one open session");
  return {std::move(secret), first_user};
}

bench::Pace PaceOptions::pace(std::uint64_t seed) const {
  bench::Pace pace;
  pace.rate = rate;
  pace.arrivals = poisson ? bench::Arrivals::poisson : bench::Arrivals::fixed;
  pace.in_flight = in_flight;
  pace.messages_max = messages;
  pace.duration = messages > 0 ? std::chrono::nanoseconds{} : nanoseconds(seconds);
  pace.warm_up = messages > 0 ? std::chrono::nanoseconds{} : nanoseconds(warm_up_seconds);
  pace.seed = seed;
  return pace;
}

std::string PaceOptions::to_string() const {
  char text[96];
  if (rate > 0) {
    std::snprintf(text, sizeof(text), "%g/s %s", rate, poisson ? "poisson" : "fixed");
  } else {
    std::snprintf(text, sizeof(text), "closed loop, %u in flight", in_flight);
  }
  char length[64];
  if (messages > 0) {
    std::snprintf(length, sizeof(length), ", %llu messages", static_cast<unsigned long long>(messages));
  } else {
    std::snprintf(length, sizeof(length), ", %g s", seconds);
  }
  return std::string(text) + length;
}

void bind(config::BoundFlags& flags, RelayOptions& options) {
  bind_common(flags, options.common);
  bind_pace(flags, options.pace);
  bind_text_bytes(flags, options.plan.text_bytes);
  flags.number({"--sessions", "N", "sessions"}, options.plan.sessions, {1, sessions_max});
  flags.number({"--members", "N", "connections in each session: doctor and patient in turn"}, options.plan.members, {1, connections_max});
  flags.number({"--senders", "N", "members of each session that send; 0: all"}, options.plan.senders);
  flags.number({"--in-flight", "N", "closed loop: unanswered messages of each sender"}, options.pace.in_flight, {1, connections_max});
  flags.choice({"--protocol", "socketio|centrifugo|nats", "of the server: the contract over Socket.IO, or that of another product"},
               options.protocol);
  flags.toggle({"--no-read-back", "", "for servers that store nothing: judge by acks and echoes alone; always so without Socket.IO"},
               options.no_read_back);
}

void bind(config::BoundFlags& flags, StoreOptions& options) {
  bind_common(flags, options.common);
  bind_pace(flags, options.pace);
  bind_text_bytes(flags, options.plan.text_bytes);
  bind_requests(flags, options.plan.requests);
  flags.number({"--sessions", "N", "sessions; 0: one for each connection"}, options.plan.sessions, {0, sessions_max});
}

void bind(config::BoundFlags& flags, HistoryOptions& options) {
  bind_common(flags, options.common);
  bind_pace(flags, options.pace);
  bind_text_bytes(flags, options.plan.text_bytes);
  bind_requests(flags, options.plan.requests);
  flags.number({"--sessions", "N", "sessions"}, options.plan.sessions, {1, 10'000});
  flags.number({"--stored", "N", "messages in each session, stored before the measurement"}, options.plan.messages);
  flags.number({"--page-limit", "N", "messages of a page"}, options.plan.page_limit, {1, 1000});
  flags.choice({"--pages", "newest|any", "the newest page of each session, or random ones"}, options.pages);
}

/// A closed loop with one question in flight on each connection.
void bind(config::BoundFlags& flags, EntriesOptions& options) {
  bind_common(flags, options.common);
  flags.number({"--seconds", "N", "measured time, after the warm-up"}, options.pace.seconds, {0.1, 86'400});
  flags.number({"--warm-up", "N", "seconds of load that are not measured"}, options.pace.warm_up_seconds, {0, 3'600});
  bind_text_bytes(flags, options.plan.text_bytes);
  flags.number({"--sessions", "N", "sessions"}, options.plan.sessions, {1, 10'000});
  flags.number({"--members", "N", "connections in each session"}, options.plan.members, {1, connections_max});
  flags.number({"--stored", "N", "messages in each session, stored before the measurement"}, options.plan.messages);
  flags.number({"--limit", "N", "entries of an answer"}, options.plan.limit, {1, limits::socket_entries_max});
}

void bind(config::BoundFlags& flags, ConnectOptions& options) {
  bind_common(flags, options.common);
  flags.number({"--sessions", "N", "sessions"}, options.plan.sessions, {1, sessions_max});
  flags.number({"--members", "N", "connections in each session"}, options.plan.members, {1, connections_max});
  flags.number({"--at-once", "N", "connections that are being opened at any time"}, options.plan.opening_at_once, {1, connections_max});
}

void bind(config::BoundFlags& flags, ResumeOptions& options) {
  bind_common(flags, options.common);
  bind_text_bytes(flags, options.plan.text_bytes);
  flags.number({"--sessions", "N", "sessions"}, options.plan.sessions, {1, sessions_max});
  flags.number({"--members", "N", "clients of each session"}, options.plan.members, {1, connections_max});
  flags.number({"--stored", "N", "messages in each session"}, options.plan.messages);
  flags.number({"--missed", "N", "newest entries that the clients have not seen"}, options.plan.missed, {1, limits::socket_entries_max});
  flags.number({"--at-once", "N", "clients that are connecting at any time"}, options.plan.opening_at_once, {1, connections_max});
}

}  // namespace parley::main
