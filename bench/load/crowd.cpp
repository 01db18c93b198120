#include "load/crowd.hpp"

#include <chrono>

#include "load/load_failure.hpp"

namespace parley::bench {

namespace {

constexpr std::chrono::seconds patience{30};
constexpr std::chrono::milliseconds turn{100};

}  // namespace

Crowd::Crowd(const Plan& plan, const std::vector<LoadSession>& sessions, const Parts& parts)
    : plan_(plan),
      sessions_(sessions),
      shared_{parts.poller, plan.endpoint, parts.clock, parts.wires, parts.listener, *this},
      size_(sessions.size() * plan.members_per_session) {}

std::chrono::nanoseconds Crowd::open_all() {
  opened_at_.reserve(size_);
  connections_.reserve(size_);
  const SteadyTime start = shared_.clock.steady_now();
  SteadyTime last_progress = start;
  for (std::size_t joined_before = 0; joined_ < size_; joined_before = joined_) {
    while (connections_.size() < size_ && connections_.size() - joined_ < plan_.opening_at_once) open_next();
    shared_.poller.wait(turn);
    const SteadyTime now = shared_.clock.steady_now();
    if (joined_ != joined_before) last_progress = now;
    if (now - last_progress > patience) {
      throw LoadFailure(std::to_string(joined_) + " of " + std::to_string(size_) + " members joined, then nothing for 30 s");
    }
  }
  return shared_.clock.steady_now() - start;
}

void Crowd::open_next() {
  const std::size_t member = connections_.size();
  const LoadSession& session = sessions_[member / plan_.members_per_session];
  opened_at_.push_back(shared_.clock.steady_now());
  connections_.push_back(std::make_unique<MemberConnection>(
      shared_, member, Seat{.room = session.id, .token = session.member(member % plan_.members_per_session).token}));
}

void Crowd::on_joined(MemberConnection& connection) {
  ++joined_;
  opening_times_.record(connection.received_at() - opened_at_[connection.member()]);
}

void Crowd::on_closed(MemberConnection& connection, const std::string& reason) {
  throw LoadFailure("member " + std::to_string(connection.member()) + ": " + reason);
}

}  // namespace parley::bench
