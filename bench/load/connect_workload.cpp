#include "load/connect_workload.hpp"

#include "load/crowd.hpp"
#include "load/load_failure.hpp"
#include "load/process_probe.hpp"
#include "load/wire/socketio_wire.hpp"

namespace parley::bench {

namespace {

constexpr std::chrono::milliseconds turn{50};

/// Called after the sessions are created, so that their memory is not attributed to the connections.
std::optional<ProcessReading> read_server(const ConnectPlan& plan) {
  if (plan.server_processes.empty()) return std::nullopt;
  auto reading = read_processes(plan.server_processes);
  if (!reading) throw LoadFailure("--pid: a process does not exist, or is not ours to read");
  return reading;
}

}  // namespace

ConnectResult run_connect(const ConnectPlan& plan, Clock& clock) {
  Random random = fresh_random(plan.seed, clock);
  const auto sessions = create_sessions(plan.endpoint, plan.identity, plan.sessions, random);
  const auto before = read_server(plan);
  Poller poller;
  Silence silence;
  SocketioWires wires(plan.endpoint, random);
  Crowd crowd({plan.endpoint, plan.members, plan.opening_at_once}, sessions, {poller, clock, wires, silence});
  ConnectResult result;
  result.elapsed = crowd.open_all();
  result.connections = crowd.size();
  result.opening_times = crowd.opening_times();
  for (const SteadyTime until = clock.steady_now() + plan.idle; clock.steady_now() < until;) poller.wait(turn);
  if (before) {
    const auto grown = static_cast<std::int64_t>(read_server(plan)->resident_bytes) - static_cast<std::int64_t>(before->resident_bytes);
    result.idle_bytes_each = grown / static_cast<std::int64_t>(result.connections);
  }
  return result;
}

}  // namespace parley::bench
