#include "service/use_cases/upkeep.hpp"

#include <algorithm>
#include <string>

#include "base/limits.hpp"
#include "service/session/session_shard.hpp"
#include "service/use_cases/sweep.hpp"

namespace parley::service {

namespace {

StaleRule rule_of(const ClockWatch& watch, const UpkeepConfig& config) {
  StaleRule rule;
  const auto is_ground = [&](std::chrono::milliseconds age) { return age.count() > 0 && watch.knows_age(age); };
  if (is_ground(config.unstarted_age)) rule.unstarted_created_before = watch.last().at - config.unstarted_age;
  if (is_ground(config.active_age)) rule.started_before = watch.last().at - config.active_age;
  return rule;
}

}  // namespace

void Upkeep::start() {
  router_.context().deps.loops.front()->post(alive_.guard([this] { read_last_look(); }));
}

void Upkeep::read_last_look() {
  Context& context = router_.context();
  SessionShard& home = router_.shard_at(*context.deps.loops.front());
  const SessionShard::Turn turn(home);
  home.read<std::optional<store::ClockLook>>(
      [&record = context.deps.store.clock_record()](store::LogReader&) { return record.last_clock_look(); },
      [this](auto last) { begin(last ? *last : std::nullopt); });
}

void Upkeep::begin(const std::optional<store::ClockLook>& last) {
  note(watch_.begin(last));
  arm_look();
  const UpkeepConfig& config = router_.context().config.upkeep;
  if (config.interval.count() > 0) arm(std::min<std::chrono::milliseconds>(config.interval, limits::upkeep_first_delay));
}

void Upkeep::arm_look() {
  router_.context().deps.loops.front()->call_after(limits::clock_look_interval, alive_.guard([this] {
    look();
    arm_look();
  }));
}

void Upkeep::look() {
  if (!router_.context().draining) note(watch_.look());
}

void Upkeep::note(bool jumped) {
  const Dependencies& deps = router_.context().deps;
  deps.store.clock_record().note_clock(watch_.last());
  if (jumped) deps.logs.write(LogLevel::warning, "service", "the clock jumped; no session is ended for its age before it has passed again");
}

void Upkeep::arm(std::chrono::milliseconds delay) {
  router_.context().deps.loops.front()->call_after(delay, alive_.guard([this] { run(); }));
}

void Upkeep::run() {
  Context& context = router_.context();
  if (context.draining) return;
  const UpkeepConfig& config = context.config.upkeep;
  look();
  const Invocation by_the_server{router_, *context.deps.loops.front(), std::make_shared<const domain::Caller>()};
  sweep(by_the_server, rule_of(watch_, config), [this, &config](Result<SweepResult> swept) {
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
