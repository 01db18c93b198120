#include "service/upkeep.hpp"

#include <algorithm>
#include <string>

#include "base/limits.hpp"
#include "service/sweep.hpp"

namespace parley::service {

namespace {

StaleRule rule_at(Timestamp now, const UpkeepConfig& config) {
  StaleRule rule;
  if (config.unstarted_age.count() > 0) rule.unstarted_created_before = now - config.unstarted_age;
  if (config.active_age.count() > 0) rule.started_before = now - config.active_age;
  return rule;
}

}  // namespace

void Upkeep::start() {
  const UpkeepConfig& config = router_.context().config.upkeep;
  if (config.interval.count() == 0) return;
  EventLoop& loop = *router_.context().deps.loops.front();
  loop.post(alive_.guard([this, first = std::min<std::chrono::milliseconds>(config.interval, limits::upkeep_first_delay)] { arm(first); }));
}

void Upkeep::arm(std::chrono::milliseconds delay) {
  router_.context().deps.loops.front()->call_after(delay, alive_.guard([this] { run(); }));
}

void Upkeep::run() {
  Context& context = router_.context();
  if (context.draining) return;
  const UpkeepConfig& config = context.config.upkeep;
  sweep(router_, *context.deps.loops.front(), {}, rule_at(context.deps.clock.now(), config), [this, &config](Result<SweepResult> swept) {
    LogSink& logs = router_.context().deps.logs;
    if (!swept) {
      logs.write(LogLevel::warning, "service", "stale sessions could not be ended", {{"error", swept.error().message}});
      return arm(std::min<std::chrono::milliseconds>(config.interval, limits::upkeep_retry_after));
    }
    if (swept->ended > 0) logs.write(LogLevel::info, "service", "stale sessions ended", {{"count", std::to_string(swept->ended)}});
    arm(config.interval);
  });
}

}  // namespace parley::service
