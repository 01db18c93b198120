#include "main/bench_command.hpp"

#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>

#include "base/clock.hpp"
#include "base/limits.hpp"
#include "load/connect_workload.hpp"
#include "load/history_workload.hpp"
#include "load/load_failure.hpp"
#include "load/relay_workload.hpp"
#include "load/report.hpp"
#include "load/store_workload.hpp"
#include "parley_version.hpp"

namespace parley::main {

namespace {

using bench::LoadFailure;
using bench::Report;
using bench::RunReport;

/// Options of every workload.
struct CommonOptions {
  std::string url = "http://127.0.0.1:3000";
  std::string secret_file;
  std::optional<std::uint64_t> first_user;
  std::string json_file;
  std::string commit = std::string(parley::commit);  // of this binary: server and client are the same program
  std::uint64_t seed = 1;
  unsigned repeat = 1;
  pid_t server_process = 0;

  [[nodiscard]] bench::Endpoint endpoint() const;
  [[nodiscard]] bench::LoadIdentity identity() const;
  [[nodiscard]] std::optional<pid_t> server() const { return server_process > 0 ? std::optional(server_process) : std::nullopt; }
};

struct PaceOptions {
  double seconds = 10;
  double warm_up_seconds = 1;
  double rate = 0;
  bool poisson = false;
  std::uint32_t in_flight = 1;
  std::uint64_t messages = 0;

  [[nodiscard]] bench::Pace pace(std::uint64_t seed) const;
  [[nodiscard]] std::string to_string() const;
};

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
  std::ifstream file(secret_file, std::ios::binary);
  if (!file) throw LoadFailure("--jwt-secret-file " + secret_file + ": cannot be read; give the file that the server was started with");
  std::string secret(std::istreambuf_iterator<char>(file), {});
  if (secret.ends_with('\n')) secret.pop_back();
  if (first_user && repeat > 1) throw LoadFailure("--first-user: one run at a time, each pair of users has one open session");
  return {std::move(secret), first_user};
}

std::chrono::nanoseconds nanoseconds(double seconds) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
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

void add_common(CLI::App& app, CommonOptions& options) {
  app.add_option("--url", options.url, "The server; it must run with --limits off")->capture_default_str();
  app.add_option("--jwt-secret-file", options.secret_file, "The file that the server verifies tokens with")->required();
  app.add_option("--first-user", options.first_user,
                 "Numbered users from this on (be9c…), for a server that knows its users from a database");
  app.add_option("--json", options.json_file, "Write the whole report there; - is the standard output");
  app.add_option("--commit", options.commit, "What the report says was measured")->envname("PARLEY_COMMIT")->capture_default_str();
  app.add_option("--seed", options.seed, "Of schedules and of who sends next")->capture_default_str();
  app.add_option("--repeat", options.repeat, "Whole runs, each with sessions of its own")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  app.add_option("--pid", options.server_process, "The server's process: its processor time and memory are read from /proc");
}

void add_pace(CLI::App& app, PaceOptions& options) {
  app.add_option("--seconds", options.seconds, "Measured, after the warm-up")->capture_default_str()->check(CLI::Range(0.1, 86'400.0));
  app.add_option("--warm-up", options.warm_up_seconds, "Seconds sent but not measured")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 3'600.0));
  app.add_option("--rate", options.rate, "A second, by a schedule that does not wait for answers; 0: closed loop")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 10'000'000.0));
  app.add_flag("--poisson", options.poisson, "With --rate: random arrivals instead of even ones");
  app.add_option("--messages", options.messages, "Stop after so many instead of after --seconds; all of them are measured");
}

CLI::Option* add_text_bytes(CLI::App& app, std::size_t& text_bytes) {
  return app.add_option("--text-bytes", text_bytes, "Of each message")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{1}, limits::message_utf16_units_max));
}

/// Thousands of connections need thousands of descriptors, so this raises the soft limit to the hard limit.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);  // if the limit is still too low, opening a socket fails and reports it
}

template <typename RunOnce>
int run_and_report(const CommonOptions& options, Report report, RunOnce run_once) {
  report.seed = options.seed;
  report.commit = options.commit;
  report.machine = bench::read_machine();
  for (unsigned index = 0; index < options.repeat; ++index) report.runs.push_back(run_once(options.seed + index));
  if (options.json_file == "-") {
    std::cout << report.to_json() << std::endl;
    std::cerr << report.to_line() << std::endl;
    return report.clean() ? 0 : 1;
  }
  if (!options.json_file.empty()) {
    std::ofstream file(options.json_file);
    file << report.to_json() << '\n';
    if (!file.flush()) throw LoadFailure("--json " + options.json_file + ": cannot be written");
  }
  std::cout << report.to_line() << std::endl;
  return report.clean() ? 0 : 1;
}

void complain_unless_clean(RunReport& run, const bench::Verdict& verdict) {
  run.verdict = verdict;
  if (!verdict.clean()) run.complain(verdict.to_string());
}

// ---- relay ------------------------------------------------------------------------------------------------------------------

struct RelayOptions {
  CommonOptions common;
  PaceOptions pace;
  bench::RelayPlan plan;
  bool no_read_back = false;
};

void add_relay(CLI::App& app, RelayOptions& options) {
  add_common(app, options.common);
  add_pace(app, options.pace);
  add_text_bytes(app, options.plan.text_bytes);
  app.add_option("--sessions", options.plan.sessions)->capture_default_str()->check(CLI::Range(1, 100'000));
  app.add_option("--members", options.plan.members, "Connections in each session: doctor and patient in turn")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000));
  app.add_option("--senders", options.plan.senders, "Members of each session that send; 0: all")->capture_default_str();
  app.add_option("--in-flight", options.pace.in_flight, "Closed loop: unanswered messages of each sender")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000));
  app.add_flag("--no-read-back", options.no_read_back, "For servers that store nothing: judge by acks and echoes alone");
}

int relay(RelayOptions options) {
  bench::RelayPlan& plan = options.plan;
  plan.endpoint = options.common.endpoint();
  plan.identity = options.common.identity();
  plan.server_process = options.common.server();
  plan.read_back = !options.no_read_back;
  Report report;
  report.workload = "relay";
  report.summary = std::to_string(plan.sessions) + " sessions × " + std::to_string(plan.members) + ", " + options.pace.to_string();
  report.plan = {{"sessions", static_cast<double>(plan.sessions)},
                 {"members", static_cast<double>(plan.members)},
                 {"senders", static_cast<double>(plan.senders)},
                 {"text_bytes", static_cast<double>(plan.text_bytes)},
                 {"rate", options.pace.rate},
                 {"in_flight", options.pace.rate > 0 ? 0.0 : options.pace.in_flight},
                 {"seconds", options.pace.seconds},
                 {"messages", static_cast<double>(options.pace.messages)}};
  report.headline = {"messages_per_second", "ack_p50_ms", "ack_p99_ms", "delivery_p50_ms", "delivery_p99_ms", "server_processor_us_each"};
  SystemClock clock;
  return run_and_report(options.common, report, [&](std::uint64_t seed) {
    plan.pace = options.pace.pace(seed);
    const bench::RelayResult result = bench::run_relay(plan, clock);
    RunReport run;
    run.add_load("messages", result.acks);
    run.add_latency("ack", result.acks.latency);
    run.add_latency("delivery", result.deliveries);
    run.add("sent", static_cast<double>(result.sent));
    run.add("unanswered", static_cast<double>(result.unanswered));
    if (result.unanswered > 0) run.complain(std::to_string(result.unanswered) + " sent and never answered");
    complain_unless_clean(run, result.verdict);
    return run;
  });
}

// ---- store and history ------------------------------------------------------------------------------------------------------

struct StoreOptions {
  CommonOptions common;
  PaceOptions pace;
  bench::StorePlan plan;
};

void add_store(CLI::App& app, StoreOptions& options) {
  add_common(app, options.common);
  add_pace(app, options.pace);
  add_text_bytes(app, options.plan.text_bytes);
  app.add_option("--connections", options.plan.requests.connections, "One request in flight on each")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000));
  app.add_option("--sessions", options.plan.sessions, "0: one for each connection")->capture_default_str()->check(CLI::Range(0, 100'000));
}

int store(StoreOptions options) {
  bench::StorePlan& plan = options.plan;
  plan.requests.endpoint = options.common.endpoint();
  plan.requests.server_process = options.common.server();
  plan.identity = options.common.identity();
  Report report;
  report.workload = "store";
  report.summary = std::to_string(plan.requests.connections) + " connections, " + options.pace.to_string();
  report.plan = {{"connections", static_cast<double>(plan.requests.connections)},
                 {"sessions", static_cast<double>(plan.sessions)},
                 {"text_bytes", static_cast<double>(plan.text_bytes)},
                 {"rate", options.pace.rate},
                 {"seconds", options.pace.seconds},
                 {"messages", static_cast<double>(options.pace.messages)}};
  report.headline = {"requests_per_second", "answer_p50_ms", "answer_p99_ms", "server_processor_us_each"};
  SystemClock clock;
  return run_and_report(options.common, report, [&](std::uint64_t seed) {
    plan.requests.pace = options.pace.pace(seed);
    const bench::StoreResult result = bench::run_store(plan, clock);
    RunReport run;
    run.add_load("requests", result.figures);
    run.add_latency("answer", result.figures.latency);
    complain_unless_clean(run, result.verdict);
    return run;
  });
}

struct HistoryOptions {
  CommonOptions common;
  PaceOptions pace;
  bench::HistoryPlan plan;
  std::string pages = "newest";
};

void add_history(CLI::App& app, HistoryOptions& options) {
  add_common(app, options.common);
  add_pace(app, options.pace);
  add_text_bytes(app, options.plan.text_bytes);
  app.add_option("--connections", options.plan.requests.connections, "One request in flight on each")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000));
  app.add_option("--sessions", options.plan.sessions)->capture_default_str()->check(CLI::Range(1, 10'000));
  app.add_option("--stored", options.plan.messages, "Messages in each session, stored before anything is measured")->capture_default_str();
  app.add_option("--page-limit", options.plan.page_limit, "Messages of a page")->capture_default_str()->check(CLI::Range(1, 1000));
  app.add_option("--pages", options.pages, "newest, or any: random ones")->capture_default_str()->check(CLI::IsMember({"newest", "any"}));
}

int history(HistoryOptions options) {
  bench::HistoryPlan& plan = options.plan;
  plan.requests.endpoint = options.common.endpoint();
  plan.requests.server_process = options.common.server();
  plan.identity = options.common.identity();
  plan.pages = options.pages == "any" ? bench::Pages::any : bench::Pages::newest;
  Report report;
  report.workload = "history";
  report.summary = options.pages + " " + std::to_string(plan.page_limit) + " of " + std::to_string(plan.messages) + " in " +
                   std::to_string(plan.sessions) + " sessions, " + std::to_string(plan.requests.connections) + " connections, " +
                   options.pace.to_string();
  report.plan = {{"connections", static_cast<double>(plan.requests.connections)},
                 {"sessions", static_cast<double>(plan.sessions)},
                 {"stored_each", static_cast<double>(plan.messages)},
                 {"page_limit", static_cast<double>(plan.page_limit)},
                 {"rate", options.pace.rate},
                 {"seconds", options.pace.seconds}};
  report.headline = {"requests_per_second", "answer_p50_ms", "answer_p99_ms", "server_processor_us_each"};
  SystemClock clock;
  return run_and_report(options.common, report, [&](std::uint64_t seed) {
    plan.requests.pace = options.pace.pace(seed);
    const bench::HistoryResult result = bench::run_history(plan, clock);
    RunReport run;
    run.add_load("requests", result.figures);
    run.add_latency("answer", result.figures.latency);
    run.add("pages_seen", static_cast<double>(result.pages_seen));
    run.add("pages_wrong", static_cast<double>(result.pages_wrong));
    if (result.pages_wrong > 0) run.complain(std::to_string(result.pages_wrong) + " answers were not the page that is stored");
    complain_unless_clean(run, result.fill);
    return run;
  });
}

// ---- connect ----------------------------------------------------------------------------------------------------------------

struct ConnectOptions {
  CommonOptions common;
  bench::ConnectPlan plan;
};

void add_connect(CLI::App& app, ConnectOptions& options) {
  add_common(app, options.common);
  app.add_option("--sessions", options.plan.sessions)->capture_default_str()->check(CLI::Range(1, 100'000));
  app.add_option("--members", options.plan.members, "Connections in each session")->capture_default_str()->check(CLI::Range(1, 10'000));
  app.add_option("--at-once", options.plan.opening_at_once, "Connections that are being opened at any time")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000));
}

int connect(ConnectOptions options) {
  bench::ConnectPlan& plan = options.plan;
  plan.endpoint = options.common.endpoint();
  plan.identity = options.common.identity();
  plan.server_process = options.common.server();
  Report report;
  report.workload = "connect";
  report.summary = std::to_string(plan.sessions) + " sessions × " + std::to_string(plan.members) + ", " +
                   std::to_string(plan.opening_at_once) + " at once";
  report.plan = {{"sessions", static_cast<double>(plan.sessions)},
                 {"members", static_cast<double>(plan.members)},
                 {"opening_at_once", static_cast<double>(plan.opening_at_once)}};
  report.headline = {"joins_per_second", "join_p50_ms", "join_p99_ms", "idle_resident_bytes_each"};
  SystemClock clock;
  return run_and_report(options.common, report, [&](std::uint64_t seed) {
    plan.seed = seed;
    const bench::ConnectResult result = bench::run_connect(plan, clock);
    RunReport run;
    run.add("joins_per_second", result.per_second());
    run.add_latency("join", result.opening_times);
    if (result.idle_bytes_each) run.add("idle_resident_bytes_each", static_cast<double>(*result.idle_bytes_each));
    return run;
  });
}

}  // namespace

int run_bench(int argc, char** argv) {
  CLI::App app("Load for a running server, and a check of what it stored", "parley bench");
  app.require_subcommand(1);
  RelayOptions relay_options;
  StoreOptions store_options;
  HistoryOptions history_options;
  ConnectOptions connect_options;
  auto* relay_command = app.add_subcommand("relay", "Chat messages over Socket.IO, heard by everyone in the room");
  auto* store_command = app.add_subcommand("store", "Chat messages stored over REST");
  auto* history_command = app.add_subcommand("history", "Pages read over REST");
  auto* connect_command = app.add_subcommand("connect", "Connections made, authenticated and joined");
  add_relay(*relay_command, relay_options);
  add_store(*store_command, store_options);
  add_history(*history_command, history_options);
  add_connect(*connect_command, connect_options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked_for_help) {
    return app.exit(asked_for_help);
  } catch (const CLI::ParseError& mistake) {
    std::cerr << "parley: bench: " << mistake.what() << ". `parley bench --help` shows how." << std::endl;
    return 2;
  }
  raise_descriptor_limit();
  try {
    if (relay_command->parsed()) return relay(std::move(relay_options));
    if (store_command->parsed()) return store(std::move(store_options));
    if (history_command->parsed()) return history(std::move(history_options));
    return connect(std::move(connect_options));
  } catch (const LoadFailure& failure) {
    std::cerr << "parley: bench: " << failure.what() << std::endl;
    return 2;
  }
}

}  // namespace parley::main
