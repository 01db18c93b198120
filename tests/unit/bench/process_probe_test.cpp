// The processes of a server: ids from the command line, and the sum of what they use.
#include "load/process_probe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

namespace parley::bench {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

constexpr pid_t no_process = 4'194'305;  // above PID_MAX_LIMIT of Linux

TEST(ProcessProbe, ids_are_separated_by_commas_and_zero_is_none) {
  EXPECT_THAT(parse_process_ids("12"), Optional(ElementsAre(12)));
  EXPECT_THAT(parse_process_ids("12,345"), Optional(ElementsAre(12, 345)));
  EXPECT_THAT(parse_process_ids("0"), Optional(IsEmpty()));
  EXPECT_THAT(parse_process_ids(""), Optional(IsEmpty()));
}

TEST(ProcessProbe, anything_else_is_no_list_of_ids) {
  for (const char* text : {"x", "-1", "1,,2", ",1", "1 2", "1.5", "99999999999"}) EXPECT_FALSE(parse_process_ids(text)) << text;
}

TEST(ProcessProbe, adds_the_processes_of_a_server) {
  const auto one = read_processes(std::array{::getpid()});
  const auto two = read_processes(std::array{::getpid(), ::getpid()});
  ASSERT_TRUE(one && two);
  EXPECT_GT(two->resident_bytes, one->resident_bytes);
  EXPECT_GE(two->processor_time, 2 * one->processor_time);
}

TEST(ProcessProbe, a_server_is_not_measured_in_parts) {
  EXPECT_FALSE(read_processes({}));
  EXPECT_FALSE(read_processes(std::array{::getpid(), no_process}));
}

}  // namespace
}  // namespace parley::bench
