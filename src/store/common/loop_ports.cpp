#include "store/common/loop_ports.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "base/containers/inline_vector.hpp"
#include "base/limits.hpp"

namespace parley::store {

LoopPorts::LoopPorts(StoreState& state) : state_(state), ports_(limits::event_loops_max) {}

void LoopPorts::attach(EventLoop& loop, CommitListener& listener) {
  PARLEY_ASSERT(loop.index() < ports_.size());
  const std::lock_guard lock(mutex_);
  PARLEY_ASSERT(!ports_[loop.index()]);
  ports_[loop.index()] = std::make_shared<LoopPort>(LoopPort{.loop = &loop, .listener = &listener});
}

void LoopPorts::accept(EventLoop& loop, Append append, const Enqueue& enqueue) {
  PARLEY_ASSERT(loop.index() < ports_.size() && ports_[loop.index()]);
  const std::shared_ptr<LoopPort>& port = ports_[loop.index()];
  AppendOutcome outcome{.session = append.session, .token = append.token};
  auto prepared = prepare(*port, append);
  auto error = prepared ? enqueue(*prepared) : std::optional<Error>(prepared.error());
  if (error) refuse(port, std::move(outcome), *std::move(error));
}

// Overload causes many refusals in one turn, so one post delivers them all.
void LoopPorts::refuse(const std::shared_ptr<LoopPort>& port, AppendOutcome outcome, Error error) {
  state_.note_refused();
  outcome.status = AppendStatus::refused;
  outcome.error = std::move(error);
  port->refusals.push_back(std::move(outcome));
  if (port->refusals.size() > 1) return;
  port->loop->post([port] {
    auto refusals = std::exchange(port->refusals, {});
    port->listener->on_appended(refusals);
  });
}

void LoopPorts::publish(std::span<Settled> settled) {
  struct OfLoop {
    LoopPort* port;
    std::vector<AppendOutcome> outcomes{};
  };
  InlineVector<OfLoop, 4> loops;
  for (Settled& each : settled) {
    auto loop = std::ranges::find(loops, each.port, &OfLoop::port);
    if (loop == loops.end()) loop = loops.insert(loops.end(), OfLoop{each.port});
    loop->outcomes.push_back(std::move(each.outcome));
  }
  for (OfLoop& each : loops)
    each.port->loop->post(
        [listener = each.port->listener, outcomes = std::move(each.outcomes)]() mutable { listener->on_appended(outcomes); });
}

void LoopPorts::announce(SessionNumber session) {
  const std::lock_guard lock(mutex_);
  for (const auto& port : ports_)
    if (port) port->loop->post([listener = port->listener, session] { listener->on_arrived(session); });
}

}  // namespace parley::store
