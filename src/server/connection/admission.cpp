#include "server/connection/admission.hpp"

#include <algorithm>
#include <utility>

#include "protocol/http/client_key.hpp"

namespace parley::server {

namespace {
constexpr auto relaxed = std::memory_order_relaxed;
constexpr std::string_view block_it = "block the address in the firewall if this is an attack";
}  // namespace

Admission::Admission(const ServerConfig& config, const TrustedProxies& proxies, const Clock& clock, LogSink& logs)
    : sockets_max_(config.sockets_max),
      proxies_(proxies),
      clock_(clock),
      logs_(logs),
      strangers_({config.strangers_max, config.strangers_per_address_max}),
      handshakes_({config.handshakes_max, config.handshakes_per_address_max, config.handshake_grace}) {}

std::string Admission::key_of(const std::string& address) const {
  return proxies_.is_proxy(address) ? std::string() : protocol::http::client_key(address);
}

std::optional<Guests::Slot> Admission::admit(const std::string& address, const Strangers& strangers) {
  const std::string key = key_of(address);
  for (;;) {
    const bool has_descriptor = counts.sockets.load(relaxed) < sockets_max_;
    auto slot = has_descriptor ? strangers_.enter(key) : std::unexpected(Guests::Full::total);
    if (slot) return *std::move(slot);
    const bool is_address = slot.error() == Guests::Full::address;
    Connection* const going = longest_idle(strangers, is_address ? std::optional<std::string_view>(key) : std::nullopt);
    if (going == nullptr) {
      counts.turned_away.fetch_add(1, relaxed);
      name(Kind::turned_away, "connections were closed as soon as they were accepted",
           is_address ? "one address has too many connections that never signed in" : "raise the limit of open files (ulimit -n)", address);
      return std::nullopt;
    }
    counts.closed_for_newcomers.fetch_add(1, relaxed);
    name(Kind::closed_for_newcomer, "idle connections that never signed in were closed for newcomers", block_it, going->remote_address());
    going->cut();
  }
}

Connection* Admission::longest_idle(const Strangers& strangers, std::optional<std::string_view> key) {
  if (!key) return strangers.idle.empty() ? nullptr : strangers.idle.front();
  std::size_t looked_at = 0;
  for (Connection* const each : strangers.idle) {
    if (each->slot().key() == *key) return each;
    if (++looked_at == limits::strangers_looked_at_max) break;
  }
  return nullptr;
}

std::optional<Handshakes::Slot> Admission::shake_hands(const std::string& address) {
  auto entered = handshakes_.enter(key_of(address), clock_.steady_now());
  if (!entered) {
    counts.handshakes_refused.fetch_add(1, relaxed);
    name(Kind::handshake_refused, "handshakes were refused with 503, for too many sockets have not signed in yet", block_it, address);
    return std::nullopt;
  }
  if (entered->took_the_place_of_another) {
    counts.handshakes_ended.fetch_add(1, relaxed);
    name(Kind::handshake_ended, "sockets that had not signed in were ended for newcomers", block_it, address);
  }
  return std::move(entered->slot);
}

void Admission::gave_up(const std::string& address, std::size_t bytes) {
  name(Kind::gave_up, "connections were cut, for they held most of the memory that connections may hold",
       "the last one held " + std::to_string(bytes) + " bytes", address);
}

void Admission::name(Kind kind, std::string_view what, std::string_view advice, const std::string& address) {
  std::uint64_t count = 0;
  {
    const std::lock_guard lock(mutex_);
    Line& line = lines_[std::to_underlying(kind)];
    ++line.since;
    const SteadyTime now = clock_.steady_now();
    if (line.written_at && now - *line.written_at < limits::admission_log_interval) return;
    line.written_at = now;
    count = std::exchange(line.since, 0);
  }
  logs_.write(LogLevel::warning, "server", what,
              {{"count", std::to_string(count)}, {"last_address", address}, {"advice", std::string(advice)}});
}

}  // namespace parley::server
