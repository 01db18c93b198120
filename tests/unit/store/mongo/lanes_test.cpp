// Pending appends by session: which are sent together, which wait for others, and which are returned.
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "store/mongo/log/lanes.hpp"
#include "store/mongo/log/settled_places.hpp"
#include "support/log_script.hpp"

namespace parley::store::mongo {

namespace {

using test::LogScript;

class LanesTest : public testing::Test {
 protected:
  Lanes::Put put(Append append, SteadyTime deadline = SteadyTime::max()) {
    auto prepared = prepare(port, append);
    Waiting waiting{std::move(prepared.value()), deadline};
    return lanes.put(waiting);
  }
  static std::vector<std::uint32_t> firsts(const Group& group) {
    std::vector<std::uint32_t> seqs;
    for (const Waiting& each : group.appends) seqs.push_back(each.prepared.append.entries.front().seq);
    return seqs;
  }
  void finish(Group group) {
    const std::size_t count = group.appends.size();
    lanes.settle(group, count);
    lanes.done(std::move(group), count);
  }

  LoopPort port;
  Lanes lanes;
};

}  // namespace

TEST_F(LanesTest, appends_that_follow_one_another_go_together) {
  LogScript one(1);
  LogScript two(2);
  static_cast<void>(put(one.create()));
  static_cast<void>(put(two.create()));
  static_cast<void>(put(one.text("a")));
  static_cast<void>(put(one.text("b")));
  const auto groups = lanes.take();
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(firsts(groups[0]), (std::vector<std::uint32_t>{1, 2, 3}));
  EXPECT_EQ(groups[0].head(), one.position());
  EXPECT_EQ(firsts(groups[1]), std::vector<std::uint32_t>{1});
}

TEST_F(LanesTest, what_does_not_follow_goes_later) {
  LogScript script(1);
  static_cast<void>(put(script.create()));
  LogScript fork = script;
  static_cast<void>(put(script.text("a")));
  static_cast<void>(put(fork.text("not on top of it")));
  auto first = lanes.take();
  EXPECT_EQ(first[0].appends.size(), 2u);
  finish(std::move(first[0]));
  EXPECT_EQ(firsts(lanes.take()[0]), std::vector<std::uint32_t>{2});
}

TEST_F(LanesTest, a_deletion_goes_alone) {
  LogScript script(1);
  static_cast<void>(put(script.create()));
  static_cast<void>(put(script.text("a")));
  static_cast<void>(put(script.remove(2)));
  static_cast<void>(put(script.text("b")));
  for (const std::size_t expected : {2u, 1u, 1u}) {
    auto groups = lanes.take();
    ASSERT_EQ(groups.size(), 1u);
    EXPECT_EQ(groups[0].appends.size(), expected);
    finish(std::move(groups[0]));
  }
}

TEST_F(LanesTest, a_document_takes_as_many_entries_as_allowed) {
  LogScript script(1);
  static_cast<void>(put(script.create()));
  finish(std::move(lanes.take()[0]));
  for (std::size_t index = 0; index < limits::mongo_document_entries_max + 1; ++index) static_cast<void>(put(script.text("x")));
  auto groups = lanes.take();
  EXPECT_EQ(groups[0].entries(), limits::mongo_document_entries_max);
  finish(std::move(groups[0]));
  EXPECT_EQ(lanes.take()[0].entries(), 1u);
}

TEST_F(LanesTest, a_document_takes_no_more_when_it_holds_so_many_bytes) {
  LogScript script(1);
  static_cast<void>(put(script.create()));
  finish(std::move(lanes.take()[0]));
  for (int index = 0; index < 100; ++index) static_cast<void>(put(script.text(std::string(30'000, 'x'))));
  auto groups = lanes.take();
  EXPECT_GE(groups[0].bytes(), limits::mongo_document_bytes_max);
  EXPECT_LT(groups[0].bytes(), limits::mongo_document_bytes_max + limits::entry_bytes_max);
  const std::size_t rest = 100 - groups[0].entries();
  finish(std::move(groups[0]));
  EXPECT_LT(lanes.take()[0].entries(), rest) << "a hundred of them are three documents";
}

TEST_F(LanesTest, of_a_session_on_its_way_nothing_more_goes_and_readers_see_what_was_before) {
  LogScript script(1);
  LogScript other(2);
  static_cast<void>(put(script.create()));
  auto groups = lanes.take();
  EXPECT_EQ(lanes.settled_before(script.number()), 0u);
  static_cast<void>(put(script.text("waits")));
  static_cast<void>(put(other.create()));
  auto meanwhile = lanes.take();
  ASSERT_EQ(meanwhile.size(), 1u);
  EXPECT_EQ(meanwhile[0].session(), other.number());
  lanes.settle(groups[0], 1);
  EXPECT_EQ(lanes.settled_before(script.number()), std::nullopt);
  lanes.done(std::move(groups[0]), 1);
  EXPECT_EQ(firsts(lanes.take()[0]), std::vector<std::uint32_t>{2});
}

TEST_F(LanesTest, the_rest_of_a_group_goes_on_first) {
  LogScript script(1);
  static_cast<void>(put(script.create()));
  static_cast<void>(put(script.text("a")));
  auto groups = lanes.take();
  static_cast<void>(put(script.text("b")));
  lanes.settle(groups[0], 1);
  lanes.done(std::move(groups[0]), 1);
  EXPECT_EQ(firsts(lanes.take()[0]), (std::vector<std::uint32_t>{2, 3}));
  EXPECT_EQ(lanes.waiting_entries(), 2u);
}

TEST_F(LanesTest, a_full_queue_takes_no_more_and_room_comes_back) {
  LogScript script(1);
  static_cast<void>(put(script.create()));
  std::size_t entries = 1;
  for (; entries + 64 <= limits::commit_queue_entries_max; entries += 64) ASSERT_EQ(put(script.texts(64)), Lanes::Put::taken);
  for (; entries < limits::commit_queue_entries_max; ++entries) ASSERT_EQ(put(script.text("x")), Lanes::Put::taken);
  EXPECT_EQ(put(script.text("one too many")), Lanes::Put::full);
  finish(std::move(lanes.take()[0]));
  EXPECT_EQ(put(LogScript(2).create()), Lanes::Put::taken);
}

TEST_F(LanesTest, what_is_late_goes_with_everything_behind_it) {
  LogScript script(1);
  LogScript other(2);
  const SteadyTime now{std::chrono::seconds(100)};
  static_cast<void>(put(script.create(), now));
  static_cast<void>(put(script.text("behind it"), now + std::chrono::seconds(5)));
  static_cast<void>(put(other.create(), now + std::chrono::seconds(5)));
  EXPECT_TRUE(lanes.take_expired(now - std::chrono::nanoseconds(1)).empty());
  EXPECT_EQ(lanes.take_expired(now).size(), 2u);
  EXPECT_EQ(lanes.waiting_entries(), 1u);
  const auto groups = lanes.take();
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].session(), other.number());
}

TEST_F(LanesTest, stopped_gives_what_waits_and_then_nothing) {
  LogScript script(1);
  static_cast<void>(put(script.create()));
  lanes.stop();
  EXPECT_EQ(put(script.text("late")), Lanes::Put::stopped);
  auto groups = lanes.take();
  ASSERT_EQ(groups.size(), 1u);
  finish(std::move(groups[0]));
  EXPECT_TRUE(lanes.take().empty());
}

TEST_F(LanesTest, the_newest_known_head_counts) {
  const SessionNumber session{5};
  EXPECT_EQ(lanes.known_head(session), std::nullopt);
  lanes.note_head(session, {3, 33});
  lanes.note_head(session, {2, 22});
  EXPECT_EQ(lanes.known_head(session), (domain::Position{3, 33}));
}

TEST(SettledPlaces, go_as_far_as_nothing_is_open) {
  SettledPlaces places;
  places.begin(1000);
  EXPECT_EQ(places.settled(), 1000);
  const std::int64_t first = places.draw();
  const std::int64_t second = places.draw();
  const std::int64_t third = places.draw();
  EXPECT_EQ(places.settled(), 1000);
  places.settle(second);
  EXPECT_EQ(places.settled(), 1000) << "the first is still open";
  places.settle(first);
  EXPECT_EQ(places.settled(), second);
  places.settle(third);
  EXPECT_EQ(places.settled(), third);
}

TEST(SettledPlaces, what_was_given_up_is_settled_and_in_doubt_until_it_is_resolved) {
  SettledPlaces places;
  const SteadyTime until{std::chrono::seconds(100)};
  const std::int64_t place = places.draw();
  EXPECT_TRUE(places.in_doubt().empty());
  places.abandon(place, until);
  EXPECT_EQ(places.settled(), place);
  EXPECT_EQ(places.in_doubt(), (std::map<std::int64_t, SteadyTime>{{place, until}}));
  places.settle(place);
  EXPECT_EQ(places.in_doubt().size(), 1u) << "its outcome is told, and still nobody knows whether it arrives";
  places.resolve(place);
  EXPECT_TRUE(places.in_doubt().empty());
}

TEST(SettledPlaces, behind_another_that_is_open_are_counted) {
  SettledPlaces places;
  places.begin(1000);
  const std::int64_t open = places.draw();
  places.settle(places.draw());
  places.settle(places.draw());
  EXPECT_EQ(places.settled(), 1000);
  EXPECT_EQ(places.settled_behind(1000), 2u);
  places.settle(open);
  EXPECT_EQ(places.settled_behind(1000), 3u);
  EXPECT_EQ(places.settled_behind(open), 2u);
}

}  // namespace parley::store::mongo
