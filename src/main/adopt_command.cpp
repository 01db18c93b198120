#include "main/adopt_command.hpp"

#include <chrono>
#include <cstdio>
#include <functional>

#include "base/clock.hpp"
#include "domain/error_code.hpp"
#include "observability/stderr_log_sink.hpp"
#include "store/mongo/adopt_all.hpp"

namespace parley::main {

namespace {

using store::mongo::AdoptionReport;

/// A line a second at most.
class Progress {
 public:
  explicit Progress(const Clock& clock) : clock_(clock), said_at_(clock.steady_now()) {}
  void operator()(const AdoptionReport& so_far) {
    const SteadyTime now = clock_.steady_now();
    if (now - said_at_ < std::chrono::seconds{1}) return;
    said_at_ = now;
    std::fprintf(stderr, "%zu sessions looked at, %zu adopted, %zu messages, %zu documents left alone\n", so_far.looked_at, so_far.sessions,
                 so_far.messages, so_far.left_alone);
  }

 private:
  const Clock& clock_;
  SteadyTime said_at_;
};

void print(const store::mongo::LeftAlone& document) {
  std::printf("left alone: %s %s: %s\n", document.collection.c_str(), document.id.c_str(), document.reason.c_str());
}

void print(const AdoptionReport& report) {
  std::printf("PASS adopt: %zu sessions, %zu messages adopted, %zu left alone; %zu sessions looked at\n", report.sessions, report.messages,
              report.left_alone, report.looked_at);
}

}  // namespace

int adopt_command(Arguments arguments) {
  const auto configured = configure(arguments);
  if (!configured) return fail(configured.error(), exit_misunderstood);
  const config::Settings& settings = configured->settings;
  if (!settings.uses_mongo())
    return fail(
        {ErrorCode::invalid_argument, "There is nothing to adopt without a database. Name it with --store mongodb://HOST/DATABASE.", {}},
        exit_misunderstood);
  const SystemClock clock;
  observability::StderrLogSink logs({.level = LogLevel::error});  // what is left alone is printed
  Progress progress(clock);
  const store::mongo::AdoptionListener listener{.progress = std::ref(progress),
                                                .left_alone = [](const store::mongo::LeftAlone& document) { print(document); }};
  const auto report = store::mongo::adopt_all(settings.mongo, {clock, logs, settings.service.roles}, listener);
  if (report) {
    print(*report);
    return exit_done;
  }
  const Error& error = report.error();
  std::printf("FAIL adopt: %s%s%s. Mend that and run it again: it goes on where it stopped.\n", error.message.c_str(),
              error.detail.empty() ? "" : ": ", error.detail.c_str());
  return exit_failed;
}

}  // namespace parley::main
