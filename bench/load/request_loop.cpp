#include "load/request_loop.hpp"

#include <algorithm>

#include "load/load_failure.hpp"

namespace parley::bench {

namespace {

constexpr std::chrono::milliseconds turn_max{50};
constexpr std::chrono::seconds patience{30};

}  // namespace

RequestLoop::RequestLoop(const Plan& plan, Clock& clock, Workload& workload)
    : plan_(plan),
      clock_(clock),
      workload_(workload),
      schedule_(plan.pace.open_loop() ? plan.pace.rate : 1.0, plan.pace.arrivals, plan.pace.seed),
      part_(plan.pace, plan.server_processes),
      due_(plan.connections) {
  HttpConnection::Listener& listener = *this;
  for (std::size_t number = 0; number < plan.connections; ++number) {
    connections_.push_back(std::make_unique<HttpConnection>(poller_, plan.endpoint, listener, number));
  }
}

LoadFigures RequestLoop::run() {
  open_all();
  part_.start(clock_.steady_now());
  for (SteadyTime now = clock_.steady_now(); part_.may_send(now, asked_); now = clock_.steady_now()) {
    part_.tick(now);
    ask_free(now);
    poller_.wait(time_to_next(clock_.steady_now()));
  }
  part_.tick(clock_.steady_now());
  ask_free(clock_.steady_now());  // sends requests that became due while this thread did not run; the rest go as connections become free
  drain();
  return part_.finish(clock_.steady_now());
}

void RequestLoop::open_all() {
  const SteadyTime give_up = clock_.steady_now() + patience;
  while (free_.size() < connections_.size()) {
    poller_.wait(turn_max);
    if (clock_.steady_now() > give_up) throw LoadFailure("connections to " + plan_.endpoint.to_string() + " do not open");
  }
}

void RequestLoop::drain() {
  SteadyTime last_progress = clock_.steady_now();
  for (std::uint64_t answered_before = answered_; answered_ < asked_; answered_before = answered_) {
    poller_.wait(turn_max);
    const SteadyTime now = clock_.steady_now();
    if (answered_ != answered_before) last_progress = now;
    if (now - last_progress > patience) throw LoadFailure(std::to_string(asked_ - answered_) + " requests without an answer for 30 s");
  }
}

std::chrono::nanoseconds RequestLoop::time_to_next(SteadyTime now) const {
  std::chrono::nanoseconds wait = std::min<std::chrono::nanoseconds>(turn_max, part_.end() - now);
  // If no connection is free, wait for the next answer.
  if (plan_.pace.open_loop() && !free_.empty()) wait = std::min(wait, part_.origin() + schedule_.due() - now);
  return wait;
}

void RequestLoop::ask_free(SteadyTime now) {
  while (!free_.empty()) {
    HttpConnection& connection = *free_.back();
    if (!ask(connection, now)) return;
    free_.pop_back();
    connection.flush();
  }
}

bool RequestLoop::ask(HttpConnection& connection, SteadyTime now) {
  const SteadyTime due = plan_.pace.open_loop() ? part_.origin() + schedule_.due() : now;
  if (due > now || !part_.may_send(due, asked_)) return false;
  if (plan_.pace.open_loop()) schedule_.advance();
  due_[connection.number()] = due;
  ++asked_;
  workload_.append_request(connection.number(), connection.outbox());
  return true;
}

void RequestLoop::on_open(HttpConnection& connection) {
  free_.push_back(&connection);
}

void RequestLoop::on_response(HttpConnection& connection, const HttpResponse& response) {
  const SteadyTime now = clock_.steady_now();
  ++answered_;
  if (workload_.accept(connection.number(), response)) {
    part_.completed(due_[connection.number()], now);
  } else {
    part_.refused(std::to_string(response.status) + ' ' + std::string(response.body.substr(0, 200)));
  }
  if (!ask(connection, now)) free_.push_back(&connection);
}

void RequestLoop::on_closed(HttpConnection& connection, const std::string& reason) {
  throw LoadFailure("HTTP connection " + std::to_string(connection.number()) + ": " + reason);
}

}  // namespace parley::bench
