// The limits of the lanes in entries, bytes and time.
#include <gtest/gtest.h>

#include <chrono>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "store/mongo/log/lanes.hpp"
#include "support/log_script.hpp"

namespace parley::store::mongo {

namespace {

using test::LogScript;

constexpr SteadyTime now{std::chrono::seconds(100)};
constexpr std::chrono::nanoseconds moment{1};

class LanesLimits : public testing::Test {
 protected:
  Lanes::Put put(Append append, SteadyTime deadline = SteadyTime::max()) { return put_bytes(std::move(append), std::nullopt, deadline); }
  /// `bytes` in place of the true size, so that a test of a limit in bytes needs no megabytes.
  Lanes::Put put_bytes(Append append, std::optional<std::size_t> bytes, SteadyTime deadline = SteadyTime::max()) {
    auto prepared = prepare(port, append);
    if (bytes) prepared->bytes = *bytes;
    Waiting waiting{std::move(prepared.value()), deadline};
    return lanes.put(waiting);
  }
  void finish(Group group) {
    const std::size_t count = group.appends.size();
    lanes.settle(group, count);
    lanes.done(std::move(group), count);
  }
  static std::vector<std::uint64_t> sessions_of(const std::vector<Group>& groups) {
    std::vector<std::uint64_t> numbers;
    for (const Group& group : groups) numbers.push_back(group.session().value);
    return numbers;
  }

  LoopPort port;
  Lanes lanes;
};

}  // namespace

// The queue

TEST_F(LanesLimits, a_queue_with_as_many_bytes_as_allowed_is_full_until_they_are_settled) {
  EXPECT_EQ(put_bytes(LogScript(1).create(), limits::commit_queue_bytes_max), Lanes::Put::taken);
  EXPECT_EQ(put_bytes(LogScript(2).create(), 1), Lanes::Put::full);
  auto groups = lanes.take();
  EXPECT_EQ(put_bytes(LogScript(2).create(), 1), Lanes::Put::full) << "in flight it still counts";
  lanes.settle(groups[0], 1);
  EXPECT_EQ(put_bytes(LogScript(2).create(), 1), Lanes::Put::taken);
}

TEST_F(LanesLimits, one_byte_too_many_does_not_fit) {
  EXPECT_EQ(put_bytes(LogScript(1).create(), limits::commit_queue_bytes_max + 1), Lanes::Put::full);
}

// One writer's share

TEST_F(LanesLimits, a_writer_takes_groups_until_it_has_as_many_entries_as_allowed) {
  constexpr std::size_t groups_max = limits::commit_batch_entries_max / limits::append_entries_max;
  for (std::uint64_t session = 1; session <= groups_max + 1; ++session) {
    LogScript script(session);
    static_cast<void>(put(script.create()));
    static_cast<void>(put(script.texts(limits::append_entries_max - 1)));
  }
  EXPECT_EQ(lanes.take().size(), groups_max);
  EXPECT_EQ(lanes.take().size(), 1u);
}

TEST_F(LanesLimits, a_writer_takes_groups_until_it_has_as_many_bytes_as_allowed) {
  for (std::uint64_t session = 1; session <= 3; ++session)
    static_cast<void>(put_bytes(LogScript(session).create(), limits::commit_batch_bytes_max / 2));
  EXPECT_EQ(sessions_of(lanes.take()), (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(sessions_of(lanes.take()), std::vector<std::uint64_t>{3});
}

TEST_F(LanesLimits, a_group_that_passes_the_limit_alone_is_taken) {
  static_cast<void>(put_bytes(LogScript(1).create(), limits::commit_batch_bytes_max + 1));
  static_cast<void>(put(LogScript(2).create()));
  EXPECT_EQ(sessions_of(lanes.take()), std::vector<std::uint64_t>{1});
}

TEST_F(LanesLimits, a_document_with_one_byte_less_than_allowed_takes_one_more_append) {
  LogScript script(1);
  static_cast<void>(put_bytes(script.create(), limits::mongo_document_bytes_max - 1));
  static_cast<void>(put_bytes(script.text("a"), 1));
  static_cast<void>(put_bytes(script.text("b"), 1));
  EXPECT_EQ(lanes.take()[0].appends.size(), 2u);
}

TEST_F(LanesLimits, a_session_that_continues_goes_after_those_that_wait) {
  LogScript first(1);
  static_cast<void>(put(first.create()));
  auto groups = lanes.take();
  static_cast<void>(put(first.text("continues")));
  static_cast<void>(put(LogScript(2).create()));
  finish(std::move(groups[0]));
  EXPECT_EQ(sessions_of(lanes.take()), (std::vector<std::uint64_t>{2, 1}));
}

// Deadlines

TEST_F(LanesLimits, appends_after_a_group_in_flight_expire_and_the_group_stays) {
  LogScript script(1);
  static_cast<void>(put(script.create(), now));
  auto groups = lanes.take();
  static_cast<void>(put(script.text("waits"), now));
  EXPECT_EQ(lanes.take_expired(now).size(), 1u);
  EXPECT_EQ(lanes.waiting_entries(), 1u) << "the group in flight";
  EXPECT_EQ(lanes.settled_before(script.number()), 0u);
  finish(std::move(groups[0]));
  EXPECT_EQ(lanes.waiting_entries(), 0u);
}

TEST_F(LanesLimits, expired_appends_free_their_bytes) {
  static_cast<void>(put_bytes(LogScript(1).create(), limits::commit_queue_bytes_max, now));
  EXPECT_TRUE(lanes.take_expired(now - moment).empty());
  EXPECT_EQ(put(LogScript(2).create()), Lanes::Put::full);
  EXPECT_EQ(lanes.take_expired(now).size(), 1u);
  EXPECT_EQ(put(LogScript(2).create()), Lanes::Put::taken);
}

TEST_F(LanesLimits, the_oldest_append_of_a_session_decides) {
  LogScript script(1);
  static_cast<void>(put(script.create(), now + moment));
  static_cast<void>(put(script.text("its deadline has passed"), now));
  EXPECT_TRUE(lanes.take_expired(now).empty());
}

TEST_F(LanesLimits, a_session_whose_appends_expired_takes_new_ones) {
  LogScript script(1);
  static_cast<void>(put(script.create(), now));
  static_cast<void>(lanes.take_expired(now));
  EXPECT_EQ(put(LogScript(1).create()), Lanes::Put::taken);
  EXPECT_EQ(sessions_of(lanes.take()), std::vector<std::uint64_t>{1});
}

TEST_F(LanesLimits, stopped_lanes_whose_last_append_expired_are_at_their_end) {
  static_cast<void>(put(LogScript(1).create(), now));
  lanes.stop();
  static_cast<void>(lanes.take_expired(now));
  EXPECT_TRUE(lanes.take().empty());
}

// Readers

TEST_F(LanesLimits, of_a_session_that_is_not_in_flight_readers_see_everything) {
  static_cast<void>(put(LogScript(1).create()));
  EXPECT_EQ(lanes.settled_before(SessionNumber{1}), std::nullopt);
  EXPECT_EQ(lanes.settled_before(SessionNumber{2}), std::nullopt);
}

}  // namespace parley::store::mongo
