#include "server/connection/admission.hpp"

#include <algorithm>
#include <utility>

#include "protocol/http/client_key.hpp"

namespace parley::server {

namespace {
constexpr auto relaxed = std::memory_order_relaxed;
}

Admission::Admission(const ServerConfig& config, const TrustedProxies& proxies, const Clock& clock, LogSink& logs)
    : sockets_max_(config.sockets_max),
      handshake_grace_(config.handshake_grace),
      proxies_(proxies),
      clock_(clock),
      logs_(logs),
      strangers_({config.strangers_max, config.strangers_per_address_max}),
      handshakes_({config.handshakes_max, config.handshakes_per_address_max}) {}

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
    name(Kind::closed_for_newcomer, "idle connections that never signed in were closed for newcomers",
         "block the address in the firewall if this is an attack", going->remote_address());
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

std::optional<Guests::Slot> Admission::shake_hands(const std::string& address, const UnfinishedHandshakes& handshakes) {
  const std::string key = key_of(address);
  for (;;) {
    auto slot = handshakes_.enter(key);
    if (slot) return *std::move(slot);
    const bool is_address = slot.error() == Guests::Full::address;
    const UnfinishedHandshake* const going = oldest(handshakes, is_address ? std::optional<std::string_view>(key) : std::nullopt);
    if (going == nullptr) {
      counts.handshakes_refused.fetch_add(1, relaxed);
      name(Kind::handshake_refused, "handshakes were refused with 503, for too many sockets have not signed in yet",
           "block the address in the firewall if this is an attack", address);
      return std::nullopt;
    }
    counts.handshakes_ended.fetch_add(1, relaxed);
    name(Kind::handshake_ended, "sockets that had not signed in were ended for newcomers",
         "block the address in the firewall if this is an attack", address);
    going->give_way();
  }
}

/// A younger one may be an honest client's, which needs a few round trips. If it were ended, a crowd that comes at once would push out
/// itself for ever.
const UnfinishedHandshake* Admission::oldest(const UnfinishedHandshakes& handshakes, std::optional<std::string_view> key) const {
  const SteadyTime since_max = clock_.steady_now() - handshake_grace_;
  std::size_t looked_at = 0;
  for (const UnfinishedHandshake& each : handshakes) {
    if (each.since > since_max || ++looked_at > limits::strangers_looked_at_max) return nullptr;
    if (!key || each.slot.key() == *key) return &each;
  }
  return nullptr;
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
