// The command line: flags with values, switches, flags with a value of their own, and the errors that name the right flag.
#include "config/flags.hpp"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "domain/error_code.hpp"

namespace parley::config {
namespace {

const std::vector<Flag> known = {
    {"--data", "DIR", "folder"},
    {"--poisson", "", "random arrivals"},
    {"--deletions", "list|apply", "missing messages", "list"},
};

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs parsed(std::vector<std::string_view> words) {
  const auto given = parse_flags(words, known);
  EXPECT_TRUE(given.has_value()) << given.error().message;
  Pairs pairs;
  for (const auto& flag : *given) pairs.emplace_back(flag.name, flag.value);
  return pairs;
}

std::string refusal_of(std::vector<std::string_view> words, std::string_view help = "parley help") {
  const auto given = parse_flags(words, known, help);
  EXPECT_FALSE(given.has_value());
  EXPECT_EQ(given.error().code, ErrorCode::invalid_argument);
  return given.error().message;
}

TEST(Flags, a_value_follows_its_flag_or_an_equals_sign) {
  EXPECT_EQ(parsed({"--data", "a", "--data=b", "--data", "--c", "--data="}),
            (Pairs{{"--data", "a"}, {"--data", "b"}, {"--data", "--c"}, {"--data", ""}}));
  EXPECT_EQ(refusal_of({"--data"}), "--data needs a value: --data DIR.");
  EXPECT_EQ(refusal_of({"a"}), "Unexpected \"a\": values follow a flag, as in --name value.");
}

TEST(Flags, the_last_of_a_repeated_flag_counts) {
  const std::vector<std::string_view> words = {"--data", "a", "--data=b=c"};
  const auto given = parse_flags(words, known);
  ASSERT_TRUE(given.has_value());
  EXPECT_EQ(last_value(*given, "--data"), "b=c");
  EXPECT_EQ(last_value(*given, "--poisson"), std::nullopt);
}

TEST(Flags, a_switch_takes_no_value) {
  EXPECT_EQ(parsed({"--poisson", "--data", "a"}), (Pairs{{"--poisson", ""}, {"--data", "a"}}));
  EXPECT_EQ(refusal_of({"--poisson=yes"}), "--poisson takes no value.");
  EXPECT_EQ(refusal_of({"--poisson", "yes"}), "Unexpected \"yes\": values follow a flag, as in --name value.");
}

TEST(Flags, a_flag_with_a_value_of_its_own_needs_none) {
  EXPECT_EQ(parsed({"--deletions"}), (Pairs{{"--deletions", "list"}}));
  EXPECT_EQ(parsed({"--deletions", "--poisson"}), (Pairs{{"--deletions", "list"}, {"--poisson", ""}}));
  EXPECT_EQ(parsed({"--deletions", "apply"}), (Pairs{{"--deletions", "apply"}}));
  EXPECT_EQ(parsed({"--deletions=apply"}), (Pairs{{"--deletions", "apply"}}));
}

TEST(Flags, an_unknown_flag_is_refused_with_the_one_that_was_meant) {
  EXPECT_EQ(refusal_of({"--dta", "a"}), "Unknown flag --dta. Did you mean --data?");
  EXPECT_EQ(refusal_of({"--folder", "a"}), "Unknown flag --folder. It is --data DIR here.");
  EXPECT_EQ(refusal_of({"--xyzzy"}), "Unknown flag --xyzzy. `parley help` lists what there is.");
  EXPECT_EQ(refusal_of({"--xyzzy"}, "parley x --help"), "Unknown flag --xyzzy. `parley x --help` lists what there is.");
}

TEST(Flags, the_help_has_one_aligned_line_for_each_flag) {
  EXPECT_EQ(help_of(known),
            "  --data DIR              folder\n"
            "  --poisson               random arrivals\n"
            "  --deletions list|apply  missing messages\n");
}

}  // namespace
}  // namespace parley::config
