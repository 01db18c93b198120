// Bounds the connections, handshakes and descriptors of clients that are not signed in, over all loops. Counts the clients that it turns
// away and names them in the log (docs/adr/0016).
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/log_sink.hpp"
#include "server/connection/connection.hpp"
#include "server/connection/guests.hpp"
#include "server/connection/handshakes.hpp"
#include "server/shared/client_address.hpp"
#include "server/shared/server_config.hpp"

namespace parley::server {

/// Threads: any, except `admit`.
class Admission {
 public:
  Admission(const ServerConfig& config, const TrustedProxies& proxies, const Clock& clock, LogSink& logs);

  /// Returns a slot for a new connection; nothing: none is free. To make room, the longest idle stranger of `idle` may be cut; if the
  /// address of the new connection is full, one of that address. Threads: that of `idle`.
  [[nodiscard]] std::optional<Guests::Slot> admit(const std::string& address, const Strangers& strangers);
  /// Returns a slot for a session until its CONNECT is accepted; nothing: none is free, and no session gives way.
  [[nodiscard]] std::optional<Handshakes::Slot> shake_hands(const std::string& address);
  /// A connection was cut because it held the most bytes when the connections of its loop held too many.
  void gave_up(const std::string& address, std::size_t bytes);

  struct Counts {
    std::atomic<std::size_t> sockets = 0;                 // open now
    std::atomic<std::uint64_t> closed_for_newcomers = 0;  // idle strangers
    std::atomic<std::uint64_t> turned_away = 0;           // newcomers
    std::atomic<std::uint64_t> handshakes_ended = 0;      // for newcomers
    std::atomic<std::uint64_t> handshakes_refused = 0;
  };
  Counts counts;
  [[nodiscard]] std::size_t strangers() const { return strangers_.size(); }
  [[nodiscard]] std::size_t handshakes() const { return handshakes_.size(); }

 private:
  enum class Kind : std::uint8_t { closed_for_newcomer, turned_away, handshake_ended, handshake_refused, gave_up };
  [[nodiscard]] std::string key_of(const std::string& address) const;
  [[nodiscard]] static Connection* longest_idle(const Strangers& strangers, std::optional<std::string_view> key);
  /// Logs the first event of a kind, then at most one line per limits::admission_log_interval, with the number of events since.
  void name(Kind kind, std::string_view what, std::string_view advice, const std::string& address);

  const std::size_t sockets_max_;
  const TrustedProxies& proxies_;
  const Clock& clock_;
  LogSink& logs_;
  Guests strangers_;
  Handshakes handshakes_;
  struct Line {
    std::optional<SteadyTime> written_at;
    std::uint64_t since = 0;  // not in the log yet
  };
  std::mutex mutex_;
  std::array<Line, 5> lines_;  // guarded by mutex_
};

}  // namespace parley::server
