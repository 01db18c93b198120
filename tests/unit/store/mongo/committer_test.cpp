// The appends that the committer accepts or refuses at once. It has no writers here, so accepted appends stay in their lanes.
#include "store/mongo/log/committer.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "support/collected_logs.hpp"
#include "support/log_script.hpp"
#include "support/manual_clock.hpp"
#include "support/manual_loop.hpp"

namespace parley::store::mongo {

namespace {

using test::LogScript;

class Outcomes final : public CommitListener {
 public:
  void on_appended(std::span<AppendOutcome> outcomes) override { all.insert(all.end(), outcomes.begin(), outcomes.end()); }
  void on_arrived(SessionNumber) override {}
  std::vector<AppendOutcome> all;
};

class CommitterTest : public testing::Test {
 protected:
  CommitterTest() { ports.attach(loop, outcomes); }

  /// The name of the error, or "accepted".
  std::string answer_to(Append append) {
    outcomes.all.clear();
    committer.append(loop, std::move(append));
    EXPECT_TRUE(outcomes.all.empty()) << "no outcome comes inside the call";
    loop.run_pending();
    if (outcomes.all.empty()) return "accepted";
    EXPECT_EQ(outcomes.all[0].status, AppendStatus::refused);
    return std::string(error_row(outcomes.all[0].error.value().code).name);
  }
  /// After this call the queue has as many bytes as allowed.
  void fill_queue() {
    Append append = LogScript(99).create();
    auto prepared = prepare(port, append);
    prepared->bytes = limits::commit_queue_bytes_max;
    Waiting waiting{std::move(prepared.value()), SteadyTime::max()};
    EXPECT_EQ(lanes.put(waiting), Lanes::Put::taken);
  }
  /// The number of waiting appends whose deadline has passed at `time`.
  std::size_t expired_at(SteadyTime time) { return lanes.take_expired(time).size(); }

  MongoConfig config{.uri = "mongodb://localhost/parley", .writers = 0};
  std::unique_ptr<ClientPool> clients = ClientPool::make(config.uri, "test", 1).value();
  test::CollectedLogs logs;
  test::ManualClock clock;
  test::ManualLoop loop;
  Outcomes outcomes;
  StoreState state{logs};
  Lanes lanes;
  LoopPort port;
  SettledPlaces places;
  LoopPorts ports{state};
  Committer committer{{*clients, state, clock, lanes, places, ports, config}};
  LogScript script{7};
};

}  // namespace

TEST_F(CommitterTest, an_append_waits_in_its_lane) {
  EXPECT_EQ(answer_to(script.create()), "accepted");
  EXPECT_EQ(lanes.take()[0].session(), script.number());
}

TEST_F(CommitterTest, its_deadline_begins_when_it_is_accepted) {
  EXPECT_EQ(answer_to(script.create()), "accepted");
  const SteadyTime deadline = clock.steady_now() + config.append_deadline;
  EXPECT_EQ(expired_at(deadline - std::chrono::nanoseconds(1)), 0u);
  EXPECT_EQ(expired_at(deadline), 1u);
}

TEST_F(CommitterTest, a_damaged_session_takes_nothing_and_another_does) {
  static_cast<void>(state.note_damage(script.number(), 1, "wrong checksum"));
  EXPECT_EQ(answer_to(script.create()), "log_corrupt");
  EXPECT_EQ(answer_to(LogScript(8).create()), "accepted");
}

TEST_F(CommitterTest, without_room_texts_are_refused_and_ends_are_not) {
  state.note_room(0, false);
  static_cast<void>(script.create());
  EXPECT_EQ(answer_to(script.text("no room")), "store_full");
  EXPECT_EQ(answer_to(script.end()), "accepted");
}

TEST_F(CommitterTest, a_full_queue_refuses_and_says_when_to_try_again) {
  fill_queue();
  state.note_sync(std::chrono::milliseconds(20));
  EXPECT_EQ(answer_to(script.create()), "overloaded");
  EXPECT_EQ(outcomes.all[0].error->retry_after_ms, 21);
}

TEST_F(CommitterTest, a_stopped_committer_refuses) {
  committer.stop();
  EXPECT_EQ(answer_to(script.create()), "store_failed");
}

TEST_F(CommitterTest, a_malformed_append_does_not_reach_its_lane) {
  Append append = script.create();
  append.entries.clear();
  EXPECT_EQ(answer_to(append), "invalid_argument");
  EXPECT_EQ(lanes.waiting_entries(), 0u);
}

}  // namespace parley::store::mongo
