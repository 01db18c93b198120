#include "main/adopt_command.hpp"

#include <array>
#include <cstdio>

#include "observability/stderr_log_sink.hpp"
#include "store/mongo/adopt_all.hpp"
#include "store/mongo/layout.hpp"
#include "store/mongo/schema.hpp"

namespace parley::main {

namespace {

namespace collection = store::mongo::collection;
using store::mongo::AdoptionReport;

void print(const store::mongo::LeftAlone& document) {
  std::printf("left alone: %s %s: %s\n", document.collection.c_str(), document.id.c_str(), document.reason.c_str());
}

void print(const AdoptionReport& report) {
  std::printf("PASS adopt: %zu sessions, %zu messages adopted, %zu left alone; %zu sessions looked at\n", report.sessions, report.messages,
              report.left_alone, report.looked_at);
}

}  // namespace

int adopt_command(Arguments arguments) {
  const auto configured = configure_with_database(arguments, "adopt");
  if (!configured) return fail(configured.error(), exit_misunderstood);
  const config::Settings& settings = configured->settings;
  constexpr std::array what_there_may_be = {collection::sessions, collection::chat, collection::log};
  if (const auto there = store::mongo::must_have_one_of(settings.mongo, "parley-adopt", what_there_may_be, "adopt"); !there)
    return fail_tool("adopt", there.error(), "Run it again then.");
  const SystemClock clock;
  observability::StderrLogSink logs({.level = LogLevel::error});  // what is left alone is printed
  EverySecond seldom(clock);
  const auto say = [&](const AdoptionReport& so_far) {
    if (seldom.is_due())
      std::fprintf(stderr, "%zu sessions looked at, %zu adopted, %zu messages, %zu documents left alone\n", so_far.looked_at,
                   so_far.sessions, so_far.messages, so_far.left_alone);
  };
  const store::mongo::AdoptionListener listener{.progress = say,
                                                .left_alone = [](const store::mongo::LeftAlone& document) { print(document); }};
  const auto report = store::mongo::adopt_all(settings.mongo, {clock, logs, settings.service.roles}, listener);
  if (report) {
    print(*report);
    return exit_done;
  }
  return fail_tool("adopt", report.error(), "Run it again when that is mended: it goes on where it stopped.");
}

}  // namespace parley::main
