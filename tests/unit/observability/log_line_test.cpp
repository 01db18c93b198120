// Log lines: always a single line, which machines can read in both formats. Also the text of metrics.
#include <gtest/gtest.h>

#include "observability/log_line.hpp"
#include "observability/metrics_text.hpp"

namespace parley::observability {
namespace {

std::string line(LogFormat format, std::string_view message, std::initializer_list<LogField> fields) {
  return log_line(format, "store", message, std::span(fields.begin(), fields.size()));
}

TEST(LogLine, logfmt_quotes_only_what_needs_it) {
  EXPECT_EQ(line(LogFormat::logfmt, "opened", {{"sessions", "3"}}), "component=store message=opened sessions=3");
  EXPECT_EQ(line(LogFormat::logfmt, "two words", {{"empty", ""}, {"path", "a=b"}}),
            "component=store message=\"two words\" empty=\"\" path=\"a=b\"");
}

TEST(LogLine, line_breaks_never_get_through) {
  for (const auto format : {LogFormat::logfmt, LogFormat::json}) {
    const auto text = line(format, "a\nb", {{"field", "c\r\nd\x1b[31m"}});
    EXPECT_EQ(text.find_first_of("\r\n\x1b"), std::string::npos) << text;
  }
}

TEST(LogLine, json_is_members_without_braces) {
  EXPECT_EQ(line(LogFormat::json, "said \"hi\"", {{"n", "1"}}), R"("component":"store","message":"said \"hi\"","n":"1")");
}

TEST(LogLine, bytes_that_are_no_utf8_do_not_break_a_json_line) {
  EXPECT_EQ(line(LogFormat::json, "x", {{"agent", "\xff\xfe"}}), R"json("component":"store","message":"x","agent":"(not UTF-8)")json");
}

TEST(MetricsText, writes_the_exposition_format) {
  MetricsText text;
  text.counter("parley_x_total", "X.", 3).gauge("parley_y", "Y.", 0);
  EXPECT_EQ(
      std::move(text).take(),
      "# HELP parley_x_total X.\n# TYPE parley_x_total counter\nparley_x_total 3\n# HELP parley_y Y.\n# TYPE parley_y gauge\nparley_y 0\n");
}

TEST(MetricsText, histogram_buckets_add_up) {
  MetricsText text;
  const MetricsText::Bucket buckets[] = {{1, 2}, {3, 0}, {7, 5}};
  text.histogram("parley_h", "H.", {buckets, 40, 8});
  EXPECT_EQ(
      std::move(text).take(),
      "# HELP parley_h H.\n# TYPE parley_h histogram\nparley_h_bucket{le=\"1\"} 2\nparley_h_bucket{le=\"3\"} 2\nparley_h_bucket{le=\"7\"} "
      "7\nparley_h_bucket{le=\"+Inf\"} 8\nparley_h_sum 40\nparley_h_count 8\n");
}

}  // namespace
}  // namespace parley::observability
