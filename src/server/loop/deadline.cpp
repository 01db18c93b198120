#include "server/loop/deadline.hpp"

namespace parley::server {

void Deadline::set(SteadyTime due) {
  due_ = due;
  if (timer_ != 0 && armed_for_ <= due) return;
  loop_.cancel(timer_);
  arm();
}

void Deadline::arm() {
  armed_for_ = *due_;
  timer_ = loop_.call_at(armed_for_, [this] { ring(); });
}

void Deadline::ring() {
  timer_ = 0;
  if (!due_) return;
  if (loop_.now() < *due_) return arm();
  due_.reset();
  on_due_();
}

}  // namespace parley::server
