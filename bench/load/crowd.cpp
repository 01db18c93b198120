#include "load/crowd.hpp"

#include "base/json_writer.hpp"
#include "load/load_failure.hpp"

namespace parley::bench {

namespace {

constexpr std::chrono::seconds patience{30};
constexpr std::chrono::milliseconds turn{100};

}  // namespace

Crowd::Crowd(const Plan& plan, const std::vector<LoadSession>& sessions, Poller& poller, Clock& clock, Random& random, Listener& listener)
    : plan_(plan),
      sessions_(sessions),
      clock_(clock),
      listener_(listener),
      shared_{poller, plan.endpoint, clock, random, *this},
      size_(sessions.size() * plan.members_per_session) {}

void Crowd::open_all() {
  opened_at_.reserve(size_);
  connections_.reserve(size_);
  SteadyTime last_progress = clock_.steady_now();
  for (std::size_t joined_before = 0; joined_ < size_; joined_before = joined_) {
    while (connections_.size() < size_ && connections_.size() - joined_ < plan_.opening_at_once) open_next();
    shared_.poller.wait(turn);
    const SteadyTime now = clock_.steady_now();
    if (joined_ != joined_before) last_progress = now;
    if (now - last_progress > patience) {
      throw LoadFailure(std::to_string(joined_) + " of " + std::to_string(size_) + " members joined, then nothing for 30 s");
    }
  }
}

void Crowd::open_next() {
  const std::size_t member = connections_.size();
  const LoadSession& session = sessions_[member / plan_.members_per_session];
  opened_at_.push_back(clock_.steady_now());
  connections_.push_back(std::make_unique<SocketConnection>(shared_, member, session.member(member % plan_.members_per_session).token));
}

void Crowd::on_connected(SocketConnection& connection) {
  std::string join = "42" + std::to_string(join_ack_id) + "[\"join-session\",";
  JsonWriter(join).begin_object().member("sessionId", sessions_[connection.number() / plan_.members_per_session].id).end_object();
  connection.put(join + ']');
}

void Crowd::on_event(SocketConnection& connection, std::string_view packet) {
  listener_.on_event(connection.number(), packet);
}

void Crowd::on_ack(SocketConnection& connection, std::uint64_t id, std::string_view json) {
  if (id != join_ack_id) return listener_.on_ack(connection.number(), id, json);
  if (json.find(R"("success":true)") == std::string_view::npos) {
    throw LoadFailure("join-session refused: " + std::string(json.substr(0, 300)));
  }
  ++joined_;
  opening_times_.record(connection.received_at() - opened_at_[connection.number()]);
}

void Crowd::on_closed(SocketConnection& connection, const std::string& reason) {
  throw LoadFailure("member " + std::to_string(connection.number()) + ": " + reason);
}

}  // namespace parley::bench
