#include "main/mirror_command.hpp"

#include <array>
#include <cinttypes>
#include <cstdio>

#include "observability/stderr_log_sink.hpp"
#include "store/mongo/driver/layout.hpp"
#include "store/mongo/mirror_all.hpp"
#include "store/mongo/schema.hpp"

namespace parley::main {

int mirror_command(Arguments arguments) {
  const auto configured = configure_with_database(arguments, "mirror");
  if (!configured) return fail(configured.error(), exit_misunderstood);
  const config::Settings& settings = configured->settings;
  constexpr std::array log = {store::mongo::collection::log};
  if (const auto there = store::mongo::must_have_one_of(settings.mongo, "parley-mirror", log, "mirror"); !there)
    return fail_tool("mirror", there.error(), "Run it again then.");
  const SystemClock clock;
  observability::StderrLogSink logs({.level = LogLevel::warning});
  EverySecond seldom(clock);
  const auto say = [&](const store::mongo::MirrorReport& so_far) {
    if (seldom.is_due())
      std::fprintf(stderr, "%" PRIu64 " documents of the log mirrored, %" PRIu64 " documents refused\n", so_far.documents, so_far.refused);
  };
  const auto report = store::mongo::mirror_all(settings.mongo, {clock, logs, settings.service.roles}, say);
  if (!report) return fail_tool("mirror", report.error(), "Fix that and run the command again.");
  const bool is_whole = report->refused == 0;
  std::printf("%s mirror: %" PRIu64 " documents of the log mirrored, %" PRIu64 " documents refused by the database%s\n",
              is_whole ? "PASS" : "FAIL", report->documents, report->refused,
              is_whole ? "" : ". Fix the validator or the index that the log names, and run the command again.");
  return is_whole ? exit_done : exit_failed;
}

}  // namespace parley::main
