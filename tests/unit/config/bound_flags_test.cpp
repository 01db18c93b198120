// Flags that set variables: the default stays without the flag, each value is checked, and the help shows default and range.
#include "config/bound_flags.hpp"

#include <gtest/gtest.h>

#include "domain/error_code.hpp"

namespace parley::config {
namespace {

struct BoundFlagsTest : testing::Test {
  BoundFlagsTest() {
    flags.text({"--url", "URL", "the server"}, url);
    flags.text({"--json", "FILE", "the report"}, json);
    flags.number({"--sessions", "N", "sessions"}, sessions, {1, 100});
    flags.number({"--rate", "N", "messages a second"}, rate, {0.5, 1e7});
    flags.number({"--seed", "N", "seed"}, seed);
    flags.number({"--first", "N", "first user"}, first);
    flags.choice({"--pages", "newest|any", "pages"}, pages);
    flags.toggle({"--poisson", "", "random arrivals"}, poisson);
  }

  Result<void> read(std::vector<std::string_view> words) { return flags.read(words, "parley x --help"); }
  std::string refusal_of(std::vector<std::string_view> words) {
    const auto done = read(std::move(words));
    EXPECT_FALSE(done.has_value());
    return done ? std::string() : done.error().message;
  }

  std::string url = "http://h:1";
  std::string json;
  std::uint32_t sessions = 2;
  double rate = 1;
  std::uint64_t seed = 7;
  std::optional<std::uint64_t> first;
  std::string pages = "newest";
  bool poisson = false;
  BoundFlags flags;
};

TEST_F(BoundFlagsTest, without_flags_the_defaults_stay) {
  ASSERT_TRUE(read({}).has_value());
  EXPECT_EQ(url, "http://h:1");
  EXPECT_EQ(sessions, 2U);
  EXPECT_EQ(first, std::nullopt);
  EXPECT_FALSE(poisson);
}

TEST_F(BoundFlagsTest, set_the_variables) {
  const auto done = read({"--url", "u", "--json=-", "--sessions", "100", "--rate", "0.5", "--seed", "18446744073709551615", "--first", "0",
                          "--pages", "any", "--poisson"});
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ(url, "u");
  EXPECT_EQ(json, "-");
  EXPECT_EQ(sessions, 100U);
  EXPECT_EQ(rate, 0.5);
  EXPECT_EQ(seed, 18446744073709551615U);
  EXPECT_EQ(first, 0U);
  EXPECT_EQ(pages, "any");
  EXPECT_TRUE(poisson);
}

TEST_F(BoundFlagsTest, a_value_outside_its_range_is_refused_with_the_range) {
  for (const std::string_view wrong : {"0", "101", "-1", "1.5", "1 ", "x", "", "4294967297"}) {
    EXPECT_EQ(refusal_of({"--sessions", wrong}), "--sessions \"" + std::string(wrong) + "\" must be a whole number from 1 to 100.");
  }
  for (const std::string_view wrong : {"0.4", "10000001", "nan", "inf", "x"})
    EXPECT_EQ(refusal_of({"--rate", wrong}), "--rate \"" + std::string(wrong) + "\" must be a number from 0.5 to 10000000.");
  EXPECT_EQ(refusal_of({"--seed", "-1"}), "--seed \"-1\" must be a whole number that is not negative.");
  EXPECT_EQ(refusal_of({"--first", "x"}), "--first \"x\" must be a whole number that is not negative.");
  EXPECT_EQ(sessions, 2U);
  EXPECT_EQ(rate, 1);
}

TEST_F(BoundFlagsTest, a_value_that_is_no_choice_is_refused_with_the_choices) {
  for (const std::string_view wrong : {"", "new", "newest|any", "|"})
    EXPECT_EQ(refusal_of({"--pages", wrong}), "--pages \"" + std::string(wrong) + "\" must be one of newest|any.");
}

TEST_F(BoundFlagsTest, the_errors_of_the_command_line_are_those_of_every_command) {
  EXPECT_EQ(refusal_of({"--sesions", "1"}), "Unknown flag --sesions. Did you mean --sessions?");
  EXPECT_EQ(refusal_of({"--xyzzy"}), "Unknown flag --xyzzy. `parley x --help` lists what there is.");
  EXPECT_EQ(refusal_of({"--sessions"}), "--sessions needs a value: --sessions N.");
}

TEST_F(BoundFlagsTest, the_help_shows_ranges_and_defaults) {
  EXPECT_EQ(help_of(flags.flags()),
            "  --url URL           the server (http://h:1)\n"
            "  --json FILE         the report\n"
            "  --sessions N        sessions (2, from 1 to 100)\n"
            "  --rate N            messages a second (1, from 0.5 to 10000000)\n"
            "  --seed N            seed (7)\n"
            "  --first N           first user\n"
            "  --pages newest|any  pages (newest)\n"
            "  --poisson           random arrivals\n");
}

}  // namespace
}  // namespace parley::config
