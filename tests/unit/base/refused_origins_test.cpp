// Each origin is reported once in a window, up to a limit, and without control characters for a terminal.
#include "base/refused_origins.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "support/collected_logs.hpp"
#include "support/manual_clock.hpp"

namespace parley {
namespace {

struct Refused : testing::Test {
  test::CollectedLogs logs;
  test::ManualClock clock;
  RefusedOrigins refused{logs, clock, "server"};
};

TEST_F(Refused, names_the_origin_the_path_and_the_setting) {
  refused.note("http://localhost:4173", "/socket.io/");
  EXPECT_EQ(logs.count("server: "), 1U);
  EXPECT_EQ(logs.count("--origin"), 1U);
  EXPECT_EQ(logs.count("origin=http://localhost:4173 path=/socket.io/"), 1U);
}

TEST_F(Refused, names_an_origin_once_in_a_window) {
  for (int round = 0; round < 3; ++round) refused.note("http://a.example", "/");
  refused.note("http://b.example", "/");
  EXPECT_EQ(logs.count("origin=http://a.example "), 1U);
  EXPECT_EQ(logs.count("origin=http://b.example "), 1U);
  clock.advance(limits::refused_origins_window - std::chrono::milliseconds(1));
  refused.note("http://a.example", "/");
  EXPECT_EQ(logs.count("origin=http://a.example "), 1U);
  clock.advance(std::chrono::milliseconds(1));
  refused.note("http://a.example", "/");
  EXPECT_EQ(logs.count("origin=http://a.example "), 2U);
}

TEST_F(Refused, names_no_more_than_the_limit_in_a_window) {
  for (std::size_t index = 0; index <= limits::refused_origins_max; ++index) refused.note("http://" + std::to_string(index), "/");
  EXPECT_EQ(logs.count("origin="), limits::refused_origins_max);
  clock.advance(limits::refused_origins_window);
  refused.note("http://late.example", "/");
  EXPECT_EQ(logs.count("origin="), limits::refused_origins_max + 1);
}

TEST_F(Refused, shows_foreign_bytes_and_endless_texts_as_they_are_safe) {
  refused.note("http://a\x1b[31m\n\xff", "/\x80");
  EXPECT_EQ(logs.count("origin=http://a?[31m?? path=/?"), 1U);
  refused.note(std::string(10'000, 'x'), std::string(10'000, 'y'));
  EXPECT_EQ(logs.count("origin=" + std::string(limits::origin_bytes_max, 'x') + " path=" + std::string(limits::origin_bytes_max, 'y')), 1U);
  EXPECT_EQ(logs.count(std::string(limits::origin_bytes_max + 1, 'x')), 0U);
}

}  // namespace
}  // namespace parley
