// One variable for two deadlines: first that of the ping, then that of its pong.
#include "protocol/engineio/heartbeat.hpp"

namespace parley::protocol::engineio {

Heartbeat::Heartbeat(std::chrono::milliseconds interval, std::chrono::milliseconds timeout, SteadyTime now)
    : interval_(interval), timeout_(timeout), next_(now + interval) {}

Heartbeat::Due Heartbeat::at(SteadyTime now) {
  if (now < next_) {
    return Due::nothing;
  }
  if (waiting_) {
    return Due::timed_out;
  }
  waiting_ = true;
  const bool slightly_late = now - next_ < timeout_ * 3 / 4;  // a quarter is left for the answer
  next_ = (slightly_late ? next_ : now) + timeout_;
  return Due::ping;
}

void Heartbeat::on_pong(SteadyTime now) {
  waiting_ = false;
  next_ = now + interval_;
}

}  // namespace parley::protocol::engineio
