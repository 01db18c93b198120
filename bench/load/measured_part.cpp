#include "load/measured_part.hpp"

#include <algorithm>

namespace parley::bench {

void MeasuredPart::start(SteadyTime now) {
  origin_ = now;
  begin_ = now + pace_.warm_up;
  end_ = pace_.duration.count() == 0 ? SteadyTime::max() : begin_ + pace_.duration;
  last_completed_ = begin_;
  tick(now);
}

void MeasuredPart::tick(SteadyTime now) {
  if (!at_begin_ && now >= begin_) at_begin_ = read_spent();
  if (!closed_ && now >= end_) close(now);
}

void MeasuredPart::completed(SteadyTime due, SteadyTime at) {
  record(figures_.latency, due, at);
  if (at < begin_ || at >= end_) return;
  ++figures_.completed;
  last_completed_ = at;
}

void MeasuredPart::refused(std::string_view answer) {
  if (figures_.refused++ == 0) figures_.first_refusal = answer.substr(0, 300);
}

MeasuredPart::Spent MeasuredPart::read_spent() const {
  const auto reading = read_processes(server_);
  return {own_processor_time(), reading ? reading->processor_time : std::chrono::nanoseconds{}};
}

void MeasuredPart::close(SteadyTime now) {
  closed_ = true;
  const bool ended_by_time = now >= end_;
  figures_.measured = std::max(SteadyTime::duration::zero(), (ended_by_time ? end_ : last_completed_) - begin_);
  if (!at_begin_) return;  // the measured part never began
  const Spent spent = read_spent();
  figures_.client_processor_time = spent.client - at_begin_->client;
  figures_.server_processor_time = spent.server - at_begin_->server;
}

LoadFigures MeasuredPart::finish(SteadyTime now) {
  if (!closed_) close(now);
  return figures_;
}

}  // namespace parley::bench
