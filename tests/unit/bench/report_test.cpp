#include "load/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace parley::bench {
namespace {

using testing::HasSubstr;

RunReport run_with(double rate) {
  RunReport run;
  run.add("messages_per_second", rate);
  run.verdict.stored = 10;
  return run;
}

Report report_of(std::vector<RunReport> runs) {
  Report report;
  report.workload = "relay";
  report.summary = "2 sessions × 2";
  report.seed = 42;
  report.commit = "abc123";
  report.machine = {"A processor", 2, "Linux 6"};
  report.runs = std::move(runs);
  report.headline = {"messages_per_second"};
  return report;
}

TEST(Report, the_line_names_median_spread_seed_and_commit) {
  const std::string line = report_of({run_with(300), run_with(100), run_with(200)}).to_line();
  EXPECT_EQ(line,
            "relay: 2 sessions × 2, messages_per_second 200 (100 to 300); 30 stored: 0 lost, 0 unheard, 0 doubled, 0 reordered, "
            "0 foreign, 0 altered; seed 42, commit abc123");
}

TEST(Report, the_document_names_machine_plan_and_every_run) {
  Report report = report_of({run_with(300), run_with(100)});
  report.plan = {{"sessions", 2}};
  const std::string json = report.to_json();
  EXPECT_THAT(json, HasSubstr(R"("machine":{"processor":"A processor","cores":2,"kernel":"Linux 6"})"));
  EXPECT_THAT(json, HasSubstr(R"("plan":{"sessions":2})"));
  EXPECT_THAT(json, HasSubstr(R"("seed":42)"));
  EXPECT_THAT(json, HasSubstr(R"("spread":{"messages_per_second":{"least":100,"median":200,"most":300}})"));
  EXPECT_THAT(json, HasSubstr(R"("clean":true)"));
}

TEST(Report, messages_that_were_not_read_back_are_not_called_stored) {
  Report report = report_of({run_with(300)});
  EXPECT_EQ(report.to_json().find("read_back"), std::string::npos);
  report.read_back = false;
  EXPECT_THAT(report.to_line(), HasSubstr("; 10 delivered, not read back: 0 lost"));
  EXPECT_THAT(report.to_json(), HasSubstr(R"("read_back":false)"));
}

TEST(Report, one_run_that_is_not_clean_makes_the_report_so) {
  RunReport bad = run_with(1);
  bad.complain("3 lost");
  const Report report = report_of({run_with(2), bad});
  EXPECT_FALSE(report.clean());
  EXPECT_THAT(report.to_line(), HasSubstr("NOT CLEAN: 3 lost"));
  EXPECT_THAT(report.to_json(), HasSubstr(R"("complaint":"3 lost")"));
}

TEST(Report, no_run_at_all_is_not_clean) {
  EXPECT_FALSE(report_of({}).clean());
}

TEST(Report, refusals_are_a_complaint_that_quotes_the_first) {
  LoadFigures figures;
  figures.measured = std::chrono::seconds(2);
  figures.completed = 10;
  figures.refused = 4;
  figures.first_refusal = "overloaded";
  RunReport run;
  run.add_load("messages", figures);
  EXPECT_FALSE(run.clean);
  EXPECT_EQ(run.complaint, "4 refused, the first: overloaded");
  EXPECT_EQ(spread_of({run}, "messages_per_second").median, 5);
}

TEST(ProcessProbe, reads_its_own_process_and_not_one_that_is_none) {
  const auto reading = read_process(::getpid());
  ASSERT_TRUE(reading);
  EXPECT_GT(reading->resident_bytes, 100'000u);
  EXPECT_FALSE(read_process(999'999'999));
  EXPECT_GT(read_machine().cores, 0u);
}

}  // namespace
}  // namespace parley::bench
