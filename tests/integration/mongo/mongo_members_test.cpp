// Faults of replica set members, two stores on one database, and a standalone server that died between the steps of a deletion.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "integration/mongo/store_at_fault.hpp"

namespace parley::test {
namespace {

using store::AppendStatus;

constexpr std::chrono::seconds patient{25};

class StoreAtThreeMembers : public testing::Test {
 protected:
  void TearDown() override { set_.heal(); }
  /// Starts many sessions, so that a bulk has many documents.
  void begin(OpenedStore& opened) {
    for (std::uint64_t number = 1; number <= 50; ++number) {
      scripts_.emplace_back(number);
      tokens_.push_back(opened.send(scripts_.back().create()));
    }
    expect_all_committed(opened);
  }
  void send_to_all(OpenedStore& opened, int texts) {
    for (int count = 0; count < texts; ++count)
      for (LogScript& script : scripts_) tokens_.push_back(opened.send(script.text("text " + std::to_string(count))));
  }
  void expect_all_committed(OpenedStore& opened) {
    for (const std::uint64_t token : tokens_) ASSERT_EQ(opened.outcome_of(token).status, AppendStatus::committed);
    tokens_.clear();
  }
  void expect_whole(OpenedStore& opened) {
    for (const LogScript& script : scripts_) EXPECT_EQ(opened.entries(script.number()), script.entries());
  }

  MongodProcess& set_ = SharedMongod::gated_replica_set(3);
  const std::string database_ = set_.fresh_database();
  const std::string uri_ = at_database(set_.uri(), database_);
  std::vector<LogScript> scripts_;
  std::vector<std::uint64_t> tokens_;
};

TEST_F(StoreAtThreeMembers, the_primary_killed_during_bulks_loses_nothing_and_doubles_nothing) {
  OpenedStore opened(uri_, patient, limits::mongo_writers_default);
  begin(opened);
  const int primary = set_.primary_index();
  const auto before = set_.gate(primary).counts("parley-write").requests;
  send_to_all(opened, 20);
  ASSERT_TRUE(set_.gate(primary).wait_until([&](const GateCounts& now) { return now.requests > before; }, "parley-write"));
  set_.kill_9(primary);
  send_to_all(opened, 5);
  expect_all_committed(opened);
  expect_whole(opened);
}

TEST_F(StoreAtThreeMembers, without_a_majority_nothing_is_acknowledged_and_nothing_is_lost) {
  OpenedStore opened(uri_, patient, limits::mongo_writers_default);
  begin(opened);
  const int primary = set_.primary_index();
  for (int member = 0; member < set_.size(); ++member)
    if (member != primary) set_.pause(member);
  send_to_all(opened, 1);
  ASSERT_TRUE(opened.becomes_writable(false)) << "health says that nothing can be written";
  EXPECT_EQ(opened.times_told(tokens_.front()), 0u);
  for (int member = 0; member < set_.size(); ++member)
    if (member != primary) set_.resume(member);
  expect_all_committed(opened);
  EXPECT_TRUE(opened.becomes_writable(true));
  expect_whole(opened);
}

/// The store sets its own read and write options, so those in the URI must have no effect.
TEST_F(StoreAtThreeMembers, options_of_the_URI_that_are_not_used_change_no_read_no_write_and_no_stream) {
  std::uint64_t number = 100;
  for (const std::string options : {"readPreference=secondary", "readPreference=secondaryPreferred&maxStalenessSeconds=90",
                                    "readPreference=nearest&readPreferenceTags=dc:a", "readConcernLevel=local",
                                    "readConcernLevel=linearizable", "w=0", "w=1&journal=false&wtimeoutMS=1", "w=nowhere",
                                    "retryWrites=true", "appName=somebody", "maxPoolSize=1&waitQueueTimeoutMS=1", "minPoolSize=1"}) {
    SCOPED_TRACE(options);
    OpenedStore opened(uri_ + "&" + options, patient, limits::mongo_writers_default);
    LogScript script(++number);
    opened.commit(script.create());
    opened.commit(script.text("read this"));
    opened.commit(script.remove(2));
    EXPECT_EQ(opened.entries(script.number()).size(), script.entries().size());
    const auto last = opened.last(script.number());
    ASSERT_TRUE(last.has_value()) << last.error().detail;
    EXPECT_EQ(*last, script.entries().back());
    EXPECT_TRUE(opened.loop.run_until([&] { return opened.store->health().change_stream; }));
    EXPECT_TRUE(opened.logs.has("option=" + options.substr(0, options.find('='))));
  }
}

class TwoStores : public testing::Test {
 protected:
  MongodProcess& set_ = SharedMongod::replica_set(1);
  const std::string database_ = set_.fresh_database();
  TcpGate gate_{set_.port()};
  std::string uri(std::uint16_t port) const {
    return "mongodb://127.0.0.1:" + std::to_string(port) + "/" + database_ + "?directConnection=true&" + std::string(impatient);
  }
  OpenedStore free_{uri(set_.port())};
  OpenedStore behind_{uri(gate_.port())};
  LogScript script_{1};
};

TEST_F(TwoStores, of_two_on_one_place_one_is_committed_and_the_other_gets_it_as_its_tail) {
  free_.commit(script_.create());
  LogScript fork = script_;
  behind_.commit(fork.text("through the other"));
  const auto outcome = free_.append(script_.text("too late"));
  EXPECT_EQ(outcome.status, AppendStatus::conflict);
  ASSERT_EQ(outcome.tail.size(), 1u);
  EXPECT_EQ(outcome.tail.front(), fork.entries().back());
  EXPECT_EQ(free_.entries(fork.number()), fork.entries());
  EXPECT_EQ(behind_.entries(fork.number()), fork.entries());
}

TEST_F(TwoStores, a_delayed_insert_that_lands_later_finds_its_place_taken) {
  free_.commit(script_.create());
  LogScript fork = script_;
  EXPECT_EQ(behind_.entries(script_.number()).size(), 1u);
  gate_.hold("parley-write");
  const auto delayed = behind_.send(fork.text("delayed"));
  ASSERT_TRUE(gate_.wait_until([](const GateCounts& now) { return now.held > 0; }, "parley-write"));
  free_.commit(script_.text("first to arrive"));
  gate_.heal();
  const auto outcome = behind_.outcome_of(delayed);
  EXPECT_EQ(outcome.status, AppendStatus::conflict);
  ASSERT_EQ(outcome.tail.size(), 1u);
  EXPECT_EQ(outcome.tail.front(), script_.entries().back());
  EXPECT_EQ(behind_.entries(script_.number()), script_.entries());
}

TEST_F(TwoStores, an_insert_of_unknown_outcome_that_lands_later_changes_nothing_that_was_acknowledged) {
  behind_.commit(script_.create());
  LogScript fork = script_;
  gate_.hold("parley-write");
  EXPECT_EQ(behind_.append(fork.text("unknown")).status, AppendStatus::unknown);
  free_.commit(script_.text("meanwhile"));
  gate_.heal();
  ASSERT_TRUE(behind_.becomes_writable(true));
  free_.commit(script_.text("after"));
  EXPECT_EQ(behind_.entries(script_.number()), script_.entries());
  EXPECT_EQ(behind_.append(fork.text("on top of the unknown")).status, AppendStatus::conflict);
}

/// On a standalone server a deletion takes three writes, and a crash may come between them.
class Standalone : public testing::Test {
 protected:
  void TearDown() override { mongod_.heal(); }
  std::int64_t pending() { return mongod_.command(database_, R"({"count": "sessionlog", "query": {"pending": true}})").number("n"); }

  MongodProcess& mongod_ = SharedMongod::standalone();
  const std::string database_ = mongod_.fresh_database();
  const std::string uri_ = at_database(mongod_.uri(), database_);
  LogScript script_{1};
};

TEST_F(Standalone, a_deletion_cut_off_between_its_steps_is_finished_when_the_store_is_opened) {
  store::Append deletion;
  {
    OpenedStore opened(uri_);
    opened.commit(script_.create());
    opened.commit(script_.text("secret"));
    mongod_.configure_fail_point(
        0,
        R"({"configureFailPoint": "failCommand", "mode": "alwaysOn", "data": {"appName": "parley-write", "failCommands": ["update"], "closeConnection": true}})");
    deletion = script_.remove(2);
    EXPECT_EQ(opened.append(deletion).status, AppendStatus::unknown);
  }
  mongod_.clear_fail_point(0, "failCommand");
  EXPECT_EQ(pending(), 1) << "the deletion is in the log, the body is still there";
  OpenedStore opened(uri_);
  EXPECT_EQ(pending(), 0);
  opened.commit(deletion);
  const auto entries = opened.entries(script_.number());
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_TRUE(entries[1].body.empty());
}

TEST_F(Standalone, killed_under_load_it_loses_nothing_that_was_committed_and_doubles_nothing) {
  OpenedStore opened(uri_, patient);
  opened.commit(script_.create());
  std::vector<std::uint64_t> tokens;
  for (int count = 0; count < 200; ++count) tokens.push_back(opened.send(script_.text("text " + std::to_string(count))));
  EXPECT_EQ(opened.outcome_of(tokens[0]).status, AppendStatus::committed);
  mongod_.kill_9(0);
  mongod_.start_again(0);
  for (const std::uint64_t token : tokens) ASSERT_EQ(opened.outcome_of(token).status, AppendStatus::committed);
  EXPECT_EQ(opened.entries(script_.number()), script_.entries());
}

}  // namespace
}  // namespace parley::test
