#include "main/mirror_command.hpp"

#include <chrono>
#include <cinttypes>
#include <cstdio>

#include "base/clock.hpp"
#include "domain/error_code.hpp"
#include "observability/stderr_log_sink.hpp"
#include "store/mongo/mirror_all.hpp"

namespace parley::main {

int mirror_command(Arguments arguments) {
  const auto configured = configure(arguments);
  if (!configured) return fail(configured.error(), exit_misunderstood);
  const config::Settings& settings = configured->settings;
  if (!settings.uses_mongo())
    return fail(
        {ErrorCode::invalid_argument, "There is nothing to mirror without a database. Name it with --store mongodb://HOST/DATABASE.", {}},
        exit_misunderstood);
  const SystemClock clock;
  observability::StderrLogSink logs({.level = LogLevel::warning});
  SteadyTime said_at = clock.steady_now();
  const auto say = [&](const store::mongo::MirrorReport& so_far) {  // a line a second at most
    const SteadyTime now = clock.steady_now();
    if (now - said_at < std::chrono::seconds{1}) return;
    said_at = now;
    std::fprintf(stderr, "%" PRIu64 " documents of the log mirrored, %" PRIu64 " documents refused\n", so_far.documents, so_far.refused);
  };
  const auto report = store::mongo::mirror_all(settings.mongo, {clock, logs, settings.service.roles}, say);
  if (!report) {
    std::printf("FAIL mirror: %s%s%s. Mend that and run it again.\n", report.error().message.c_str(),
                report.error().detail.empty() ? "" : ": ", report.error().detail.c_str());
    return exit_failed;
  }
  const bool is_whole = report->refused == 0;
  std::printf("%s mirror: %" PRIu64 " documents of the log mirrored, %" PRIu64 " documents refused by the database%s\n",
              is_whole ? "PASS" : "FAIL", report->documents, report->refused,
              is_whole ? "" : ". Mend the validator or the index that the log names, and run it again.");
  return is_whole ? exit_done : exit_failed;
}

}  // namespace parley::main
