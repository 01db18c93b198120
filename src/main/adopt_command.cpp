#include "main/adopt_command.hpp"

#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "domain/error_code.hpp"
#include "observability/stderr_log_sink.hpp"
#include "store/mongo/adopt_all.hpp"
#include "store/mongo/driver/layout.hpp"
#include "store/mongo/missing_texts.hpp"
#include "store/mongo/schema.hpp"

namespace parley::main {

namespace {

namespace collection = store::mongo::collection;
using store::mongo::AdoptionReport;

void print(const store::mongo::LeftAlone& document) {
  std::printf("left alone: %s %s: %s\n", document.collection.c_str(), document.id.c_str(), document.reason.c_str());
}

/// Returns the exit code.
int print(const AdoptionReport& report) {
  const bool nothing = report.took_nothing();
  std::printf("%s adopt: %zu sessions, %zu messages adopted, %zu left alone; %zu sessions looked at%s\n", nothing ? "FAIL" : "PASS",
              report.sessions, report.messages, report.left_alone, report.looked_at,
              nothing ? ". Nothing could be adopted: fix the faults that the lines above name, and run the command again." : "");
  return nothing ? exit_failed : exit_done;
}

constexpr std::string_view deletions_flag = "--deletions";

void print(const store::mongo::MissingText& text) {
  std::printf("missing: chatmessages %s of session %s, entry %u, sent %s\n", text.id.to_string().c_str(), text.session.to_string().c_str(),
              text.seq, to_iso8601(text.time).c_str());
}

int adopt_deletions(const config::Settings& settings, store::mongo::WithMissing what) {
  using store::mongo::MissingReport;
  const SystemClock clock;
  observability::StderrLogSink logs({.level = LogLevel::error});
  EverySecond seldom(clock);
  const auto say = [&](const MissingReport& so_far) {
    if (seldom.is_due())
      std::fprintf(stderr, "%zu sessions looked at, %zu messages, %zu missing\n", so_far.sessions, so_far.texts, so_far.missing);
  };
  const store::mongo::MissingListener listener{.progress = say, .missing = [](const store::mongo::MissingText& text) { print(text); }};
  const auto report = store::mongo::find_missing_texts(settings.mongo, {clock, logs, settings.service.roles}, what, listener);
  if (!report) return fail_tool("adopt", report.error(), "Fix that and run the command again.");
  const bool is_open = report->missing > 0 && what == store::mongo::WithMissing::list;
  const char* const next =
      ". Nothing was changed: `--deletions apply` deletes them in the log, `parley mirror` writes their documents again.";
  std::printf("PASS adopt: %zu messages missing, %zu deleted in the log, %zu not mirrored yet; %zu messages of %zu sessions looked at%s\n",
              report->missing, report->deleted, report->waiting, report->texts, report->sessions, is_open ? next : "");
  return exit_done;
}

}  // namespace

std::vector<config::Flag> adopt_flags() {
  return {{std::string(deletions_flag), "list|apply",
           "do not adopt: list the messages whose documents are missing in chatmessages, or delete these in the log too", "list"}};
}

int adopt_command(Arguments arguments) {
  const auto extra = adopt_flags();
  const auto configured = configure_with_database(arguments, "adopt", extra);
  if (!configured) return fail(configured.error(), exit_misunderstood);
  const config::Settings& settings = configured->settings;
  const auto deletions = config::last_value(configured->given, deletions_flag);
  if (deletions && *deletions != "list" && *deletions != "apply")
    return fail({ErrorCode::invalid_argument, "--deletions is list or apply, not \"" + *deletions + "\".", {}, 0}, exit_misunderstood);
  constexpr std::array what_there_may_be = {collection::sessions, collection::chat, collection::log};
  if (const auto there = store::mongo::must_have_one_of(settings.mongo, "parley-adopt", what_there_may_be, "adopt"); !there)
    return fail_tool("adopt", there.error(), "Run it again then.");
  using store::mongo::WithMissing;
  if (deletions) return adopt_deletions(settings, *deletions == "apply" ? WithMissing::apply : WithMissing::list);
  const SystemClock clock;
  observability::StderrLogSink logs({.level = LogLevel::error});  // warnings about skipped documents would repeat the printed lines
  EverySecond seldom(clock);
  const auto say = [&](const AdoptionReport& so_far) {
    if (seldom.is_due())
      std::fprintf(stderr, "%zu sessions looked at, %zu adopted, %zu messages, %zu documents left alone\n", so_far.looked_at,
                   so_far.sessions, so_far.messages, so_far.left_alone);
  };
  const store::mongo::AdoptionListener listener{.progress = say,
                                                .left_alone = [](const store::mongo::LeftAlone& document) { print(document); }};
  const auto report = store::mongo::adopt_all(settings.mongo, {clock, logs, settings.service.roles}, listener);
  if (report) return print(*report);
  return fail_tool("adopt", report.error(), "Fix that and run the command again: it continues where it stopped.");
}

}  // namespace parley::main
