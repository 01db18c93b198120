// The members of all sessions of a run. Opens their connections, a few at a time, and joins each member to its session. The workload
// decides what they do afterwards.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "load/chat_rest.hpp"
#include "load/histogram.hpp"
#include "load/member_connection.hpp"

namespace parley::bench {

class Crowd final : private MemberConnection::Listener {
 public:
  using Listener = MemberConnection::ChatListener;

  struct Plan {
    Endpoint endpoint;
    std::size_t members_per_session = 2;
    std::size_t opening_at_once = 64;
  };

  /// The parts of the run that a crowd uses; must outlive it.
  struct Parts {
    Poller& poller;
    Clock& clock;
    WireFactory& wires;
    Listener& listener;
  };

  /// `sessions` must outlive the crowd. Member m belongs to session m / members_per_session.
  Crowd(const Plan& plan, const std::vector<LoadSession>& sessions, const Parts& parts);

  /// Returns when every member has joined, with the time that it took. Throws LoadFailure if one is refused, a connection breaks, or
  /// nothing happens for 30 s. A connection that closes later also throws it.
  std::chrono::nanoseconds open_all();

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] MemberConnection& connection(std::size_t member) { return *connections_[member]; }
  /// For each member: from the start of its TCP connection to the ack of its join.
  [[nodiscard]] const Histogram& opening_times() const { return opening_times_; }

 private:
  void on_joined(MemberConnection& connection) override;
  void on_closed(MemberConnection& connection, const std::string& reason) override;

  void open_next();

  Plan plan_;
  const std::vector<LoadSession>& sessions_;
  MemberConnection::Shared shared_;
  std::size_t size_;
  std::size_t joined_ = 0;
  std::vector<SteadyTime> opened_at_;
  std::vector<std::unique_ptr<MemberConnection>> connections_;
  Histogram opening_times_;
};

/// For workloads in which nobody talks.
class Silence final : public Crowd::Listener {
 public:
  void on_ack(std::size_t, const ChatWire::Ack&) override {}
  void on_delivery(std::size_t, const ChatWire::Delivery&) override {}
};

}  // namespace parley::bench
