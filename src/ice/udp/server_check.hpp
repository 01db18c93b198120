// The check of one server: resolves its name, tries its addresses one after the other until one answers, then reports the outcome of the
// probe. Private to this folder. Owner: the checker's thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "ice/ice_checker.hpp"
#include "ice/udp/name_lookup.hpp"
#include "protocol/stun/server_probe.hpp"

namespace parley::ice {

/// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool is_open() const { return number_ >= 0; }
  void close();

 private:
  int number_;
};

class ServerCheck {
 public:
  /// `on_found` wakes the checker's thread when the name is resolved.
  ServerCheck(Server server, Entropy& entropy, std::function<void()> on_found);

  /// Does all work that is due: takes resolved addresses, sends, sends again.
  void advance(SteadyTime now);
  /// Call when the socket is readable or has an error.
  void receive(SteadyTime now);
  /// Ends the check with the error `why`, unless it is already done.
  void give_up(std::string_view why);

  [[nodiscard]] bool done() const { return report_.has_value(); }
  [[nodiscard]] const Report& report() const { return *report_; }
  /// -1 if there is no socket.
  [[nodiscard]] int socket() const { return done() ? -1 : socket_.number(); }
  /// The time of the next work for `advance`; nothing while the name is being resolved.
  [[nodiscard]] std::optional<SteadyTime> next_due() const;

 private:
  void start(std::function<void()> on_found);
  void connect_next(SteadyTime now);
  void on_socket_error(int error, SteadyTime now);
  void send_due(SteadyTime now);
  void take_outcome();
  void finish(Report report);

  Server server_;
  Entropy& entropy_;
  protocol::stun::ProbeTarget target_;
  std::unique_ptr<NameLookup> lookup_;
  LookupResult found_;
  std::size_t next_address_ = 0;
  std::string last_error_;
  Descriptor socket_;
  std::optional<protocol::stun::ServerProbe> probe_;
  std::optional<Report> report_;
};

}  // namespace parley::ice
