// The members of all sessions of a run. Opens their connections, a few at a time, and joins each member to its session. The workload
// decides what they do afterwards.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "load/chat_rest.hpp"
#include "load/histogram.hpp"
#include "load/socket_connection.hpp"

namespace parley::bench {

class Crowd final : private SocketConnection::Listener {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    /// `packet`: `42[…]`. The views are valid only during the call.
    virtual void on_event(std::size_t member, std::string_view packet) = 0;
    virtual void on_ack(std::size_t member, std::uint64_t id, std::string_view json) = 0;
  };

  struct Plan {
    Endpoint endpoint;
    std::size_t members_per_session = 2;
    std::size_t opening_at_once = 64;
  };

  /// Acks with this id answer the joins. Listeners never receive them.
  static constexpr std::uint64_t join_ack_id = UINT32_MAX;

  /// All references must outlive the crowd. Member m belongs to session m / members_per_session.
  Crowd(const Plan& plan, const std::vector<LoadSession>& sessions, Poller& poller, Clock& clock, Random& random, Listener& listener);

  /// Returns when every member has joined. Throws LoadFailure if one is refused, a connection breaks, or nothing happens for 30 s. A
  /// connection that closes later also throws it.
  void open_all();

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] SocketConnection& connection(std::size_t member) { return *connections_[member]; }
  /// For each member: from the start of its TCP connection to the ack of its join.
  [[nodiscard]] const Histogram& opening_times() const { return opening_times_; }

 private:
  void on_connected(SocketConnection& connection) override;
  void on_event(SocketConnection& connection, std::string_view packet) override;
  void on_ack(SocketConnection& connection, std::uint64_t id, std::string_view json) override;
  void on_closed(SocketConnection& connection, const std::string& reason) override;

  void open_next();

  Plan plan_;
  const std::vector<LoadSession>& sessions_;
  Clock& clock_;
  Listener& listener_;
  SocketConnection::Shared shared_;
  std::size_t size_;
  std::size_t joined_ = 0;
  std::vector<SteadyTime> opened_at_;
  std::vector<std::unique_ptr<SocketConnection>> connections_;
  Histogram opening_times_;
};

}  // namespace parley::bench
