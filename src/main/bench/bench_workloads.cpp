#include "main/bench/bench_workloads.hpp"

#include <fstream>
#include <iostream>
#include <string>

#include "base/clock.hpp"
#include "load/load_failure.hpp"
#include "load/report.hpp"

namespace parley::main {

namespace {

using bench::LoadFailure;
using bench::Report;
using bench::RunReport;

template <typename RunOnce>
int run_and_report(const CommonOptions& options, Report report, RunOnce run_once) {
  report.seed = options.seed;
  report.commit = options.commit;
  report.machine = bench::read_machine();
  for (unsigned index = 0; index < options.repeat; ++index) report.runs.push_back(run_once(options.seed + index));
  if (options.json_file == "-") {
    std::cout << report.to_json() << std::endl;
    std::cerr << report.to_line() << std::endl;
    return report.clean() ? 0 : 1;
  }
  if (!options.json_file.empty()) {
    std::ofstream file(options.json_file);
    file << report.to_json() << '\n';
    if (!file.flush()) throw LoadFailure("--json " + options.json_file + ": cannot be written");
  }
  std::cout << report.to_line() << std::endl;
  return report.clean() ? 0 : 1;
}

void complain_unless_clean(RunReport& run, const bench::Verdict& verdict) {
  run.verdict = verdict;
  if (!verdict.clean()) run.complain(verdict.to_string());
}

}  // namespace

int measure(RelayOptions options) {
  bench::RelayPlan& plan = options.plan;
  plan.endpoint = options.common.endpoint();
  plan.protocol = options.spoken();
  const bool is_socketio = plan.protocol == bench::Protocol::socketio;
  if (is_socketio) plan.identity = options.common.identity();
  plan.server_processes = options.common.server();
  plan.read_back = is_socketio && !options.no_read_back;
  Report report;
  report.workload = "relay";
  report.summary = std::to_string(plan.sessions) + " sessions × " + std::to_string(plan.members) + ", " + options.pace.to_string();
  if (!is_socketio) report.summary += ", over " + options.protocol;
  report.read_back = plan.read_back;
  report.plan = {{"sessions", static_cast<double>(plan.sessions)},
                 {"members", static_cast<double>(plan.members)},
                 {"senders", static_cast<double>(plan.senders)},
                 {"text_bytes", static_cast<double>(plan.text_bytes)},
                 {"rate", options.pace.rate},
                 {"in_flight", options.pace.rate > 0 ? 0.0 : options.pace.in_flight},
                 {"seconds", options.pace.seconds},
                 {"messages", static_cast<double>(options.pace.messages)}};
  report.headline = {"messages_per_second", "ack_p50_ms", "ack_p99_ms", "delivery_p50_ms", "delivery_p99_ms", "server_processor_us_each"};
  SystemClock clock;
  return run_and_report(options.common, report, [&](std::uint64_t seed) {
    plan.pace = options.pace.pace(seed);
    const bench::RelayResult result = bench::run_relay(plan, clock);
    RunReport run;
    run.add_load("messages", result.acks);
    run.add_latency("ack", result.acks.latency);
    run.add_latency("delivery", result.deliveries);
    const double seconds = std::chrono::duration<double>(result.acks.measured).count();
    if (seconds > 0) run.add("deliveries_per_second", static_cast<double>(result.deliveries.count()) / seconds);
    run.add("sent", static_cast<double>(result.sent));
    run.add("unanswered", static_cast<double>(result.unanswered));
    if (result.unanswered > 0) run.complain(std::to_string(result.unanswered) + " sent and never answered");
    complain_unless_clean(run, result.verdict);
    return run;
  });
}

int measure(StoreOptions options) {
  bench::StorePlan& plan = options.plan;
  plan.requests.endpoint = options.common.endpoint();
  plan.requests.server_processes = options.common.server();
  plan.identity = options.common.identity();
  Report report;
  report.workload = "store";
  report.summary = std::to_string(plan.requests.connections) + " connections, " + options.pace.to_string();
  report.plan = {{"connections", static_cast<double>(plan.requests.connections)},
                 {"sessions", static_cast<double>(plan.sessions)},
                 {"text_bytes", static_cast<double>(plan.text_bytes)},
                 {"rate", options.pace.rate},
                 {"seconds", options.pace.seconds},
                 {"messages", static_cast<double>(options.pace.messages)}};
  report.headline = {"requests_per_second", "answer_p50_ms", "answer_p99_ms", "server_processor_us_each"};
  SystemClock clock;
  return run_and_report(options.common, report, [&](std::uint64_t seed) {
    plan.requests.pace = options.pace.pace(seed);
    const bench::StoreResult result = bench::run_store(plan, clock);
    RunReport run;
    run.add_load("requests", result.figures);
    run.add_latency("answer", result.figures.latency);
    complain_unless_clean(run, result.verdict);
    return run;
  });
}

int measure(HistoryOptions options) {
  bench::HistoryPlan& plan = options.plan;
  plan.requests.endpoint = options.common.endpoint();
  plan.requests.server_processes = options.common.server();
  plan.identity = options.common.identity();
  plan.pages = options.pages == "any" ? bench::Pages::any : bench::Pages::newest;
  Report report;
  report.workload = "history";
  report.summary = options.pages + " " + std::to_string(plan.page_limit) + " of " + std::to_string(plan.messages) + " in " +
                   std::to_string(plan.sessions) + " sessions, " + std::to_string(plan.requests.connections) + " connections, " +
                   options.pace.to_string();
  report.plan = {{"connections", static_cast<double>(plan.requests.connections)},
                 {"sessions", static_cast<double>(plan.sessions)},
                 {"stored_each", static_cast<double>(plan.messages)},
                 {"page_limit", static_cast<double>(plan.page_limit)},
                 {"rate", options.pace.rate},
                 {"seconds", options.pace.seconds}};
  report.headline = {"requests_per_second", "answer_p50_ms", "answer_p99_ms", "server_processor_us_each"};
  SystemClock clock;
  return run_and_report(options.common, report, [&](std::uint64_t seed) {
    plan.requests.pace = options.pace.pace(seed);
    const bench::HistoryResult result = bench::run_history(plan, clock);
    RunReport run;
    run.add_load("requests", result.figures);
    run.add_latency("answer", result.figures.latency);
    run.add("pages_seen", static_cast<double>(result.pages_seen));
    run.add("pages_wrong", static_cast<double>(result.pages_wrong));
    if (result.pages_wrong > 0) run.complain(std::to_string(result.pages_wrong) + " answers were not the page that is stored");
    complain_unless_clean(run, result.fill);
    return run;
  });
}

int measure(EntriesOptions options) {
  bench::EntriesPlan& plan = options.plan;
  plan.endpoint = options.common.endpoint();
  plan.identity = options.common.identity();
  plan.server_processes = options.common.server();
  Report report;
  report.workload = "entries";
  report.summary = "newest " + std::to_string(plan.limit) + " of " + std::to_string(plan.messages) + " in " +
                   std::to_string(plan.sessions) + " sessions × " + std::to_string(plan.members) + ", " + options.pace.to_string();
  report.plan = {{"sessions", static_cast<double>(plan.sessions)},           {"members", static_cast<double>(plan.members)},
                 {"stored_each", static_cast<double>(plan.messages)},        {"limit", static_cast<double>(plan.limit)},
                 {"in_flight", static_cast<double>(options.pace.in_flight)}, {"seconds", options.pace.seconds}};
  report.headline = {"answers_per_second", "answer_p50_ms", "answer_p99_ms", "server_processor_us_each"};
  SystemClock clock;
  return run_and_report(options.common, report, [&](std::uint64_t seed) {
    plan.pace = options.pace.pace(seed);
    const bench::EntriesResult result = bench::run_entries(plan, clock);
    RunReport run;
    run.add_load("answers", result.figures);
    run.add_latency("answer", result.figures.latency);
    run.add("answers_wrong", static_cast<double>(result.answers_wrong));
    if (result.answers_wrong > 0) run.complain(std::to_string(result.answers_wrong) + " answers were not the entries that are stored");
    complain_unless_clean(run, result.fill);
    return run;
  });
}

int measure(ConnectOptions options) {
  bench::ConnectPlan& plan = options.plan;
  plan.endpoint = options.common.endpoint();
  plan.identity = options.common.identity();
  plan.server_processes = options.common.server();
  Report report;
  report.workload = "connect";
  report.summary = std::to_string(plan.sessions) + " sessions × " + std::to_string(plan.members) + ", " +
                   std::to_string(plan.opening_at_once) + " at once";
  report.plan = {{"sessions", static_cast<double>(plan.sessions)},
                 {"members", static_cast<double>(plan.members)},
                 {"opening_at_once", static_cast<double>(plan.opening_at_once)}};
  report.headline = {"joins_per_second", "join_p50_ms", "join_p99_ms", "idle_resident_bytes_each"};
  SystemClock clock;
  return run_and_report(options.common, report, [&](std::uint64_t seed) {
    plan.seed = seed;
    const bench::ConnectResult result = bench::run_connect(plan, clock);
    RunReport run;
    run.add("joins_per_second", result.per_second());
    run.add_latency("join", result.opening_times);
    if (result.idle_bytes_each) run.add("idle_resident_bytes_each", static_cast<double>(*result.idle_bytes_each));
    return run;
  });
}

int measure(ResumeOptions options) {
  bench::ResumePlan& plan = options.plan;
  plan.endpoint = options.common.endpoint();
  plan.identity = options.common.identity();
  plan.restart = [] {
    std::cout << "stored" << std::endl;
    std::string line;
    std::getline(std::cin, line);  // without a line the server was not started again, which the run allows
  };
  Report report;
  report.workload = "resume";
  report.summary = std::to_string(plan.sessions) + " sessions × " + std::to_string(plan.members) + ", " + std::to_string(plan.missed) +
                   " of " + std::to_string(plan.messages) + " messages missed, " + std::to_string(plan.opening_at_once) + " at once";
  report.plan = {{"sessions", static_cast<double>(plan.sessions)},
                 {"members", static_cast<double>(plan.members)},
                 {"stored_each", static_cast<double>(plan.messages)},
                 {"missed", static_cast<double>(plan.missed)},
                 {"opening_at_once", static_cast<double>(plan.opening_at_once)}};
  report.headline = {"resumes_per_second", "seconds_for_all", "resume_p50_ms", "resume_p99_ms"};
  SystemClock clock;
  return run_and_report(options.common, report, [&](std::uint64_t seed) {
    plan.seed = seed;
    const bench::ResumeResult result = bench::run_resume(plan, clock);
    RunReport run;
    run.add("resumes_per_second", result.per_second());
    run.add("seconds_for_all", static_cast<double>(result.elapsed.count()) / 1e9);
    run.add_latency("resume", result.opening_times);
    run.add("answers_wrong", static_cast<double>(result.answers_wrong));
    if (result.answers_wrong > 0) run.complain(std::to_string(result.answers_wrong) + " resumes were not what was stored");
    complain_unless_clean(run, result.fill);
    return run;
  });
}

}  // namespace parley::main
