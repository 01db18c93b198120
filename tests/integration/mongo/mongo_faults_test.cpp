// Faults between the store and its database: lost answers, late requests, refusals, a database that disappears. In every case an append
// gets one verdict, a committed entry is stored once, and the store recovers by itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/error_code.hpp"
#include "integration/mongo/store_at_fault.hpp"
#include "store/mongo/driver/client.hpp"
#include "store/mongo/driver/layout.hpp"

namespace parley::test {
namespace {

namespace mongo = store::mongo;
using store::AppendStatus;
using ::testing::HasSubstr;

std::string fail_command(const std::string& command, const std::string& how, const std::string& mode = R"("alwaysOn")") {
  return R"({"configureFailPoint": "failCommand", "mode": )" + mode + R"(, "data": {"appName": "parley-write", "failCommands": [")" +
         command + R"("], )" + how + "}}";
}

TEST_F(StoreAtFault, what_was_written_without_an_answer_is_committed_once) {
  OpenedStore opened(uri_, std::chrono::seconds{25});
  opened.commit(script_.create());
  gate_.swallow_answers("parley-write");
  const auto one = opened.send(script_.text("one"));
  ASSERT_TRUE(gate_.wait_until([](const GateCounts& now) { return now.swallowed > 0; }, "parley-write"));
  const auto two = opened.send(script_.text("two"));
  gate_.heal();
  EXPECT_EQ(opened.outcome_of(one).status, AppendStatus::committed);
  EXPECT_EQ(opened.outcome_of(two).status, AppendStatus::committed);
  EXPECT_EQ(opened.times_told(one), 1u);
  EXPECT_EQ(opened.entries(script_.number()), script_.entries());
}

TEST_F(StoreAtFault, past_the_deadline_the_outcome_is_unknown_and_the_same_again_tells_it) {
  OpenedStore opened(uri_);
  opened.commit(script_.create());
  gate_.hold("parley-write");
  const auto append = script_.text("late");
  const auto outcome = opened.append(append);
  EXPECT_EQ(outcome.status, AppendStatus::unknown);
  ASSERT_TRUE(outcome.error.has_value());
  EXPECT_EQ(outcome.error->code, ErrorCode::outcome_unknown);
  EXPECT_GT(outcome.error->retry_after_ms, 0);
  gate_.heal();
  opened.commit(append);
  EXPECT_EQ(opened.entries(script_.number()), script_.entries());
}

TEST_F(StoreAtFault, a_write_that_lands_after_its_verdict_is_announced) {
  OpenedStore opened(uri_);
  opened.commit(script_.create());
  gate_.hold("parley-write");
  EXPECT_EQ(opened.append(script_.text("late")).status, AppendStatus::unknown);
  EXPECT_TRUE(opened.arrived.empty());
  gate_.heal();
  ASSERT_TRUE(opened.loop.run_until([&] { return !opened.arrived.empty(); }));
  EXPECT_EQ(opened.arrived.front(), script_.number());
  EXPECT_EQ(opened.entries(script_.number()), script_.entries());
}

TEST_F(StoreAtFault, a_write_that_lands_after_its_verdict_is_found_by_the_next_append) {
  OpenedStore opened(uri_);
  opened.commit(script_.create());
  LogScript other = script_;
  gate_.hold("parley-write");
  EXPECT_EQ(opened.append(script_.text("late")).status, AppendStatus::unknown);
  gate_.heal();
  ASSERT_TRUE(opened.loop.run_until([&] {
    return mongod_.command(database_, R"({"count": "sessionlog", "query": {"last": {"$gte": 2}}})").number("n") == 1;
  })) << mongod_.command(database_, R"({"find": "sessionlog"})").json;
  const auto outcome = opened.append(other.text("another"));
  EXPECT_EQ(outcome.status, AppendStatus::conflict);
  ASSERT_EQ(outcome.tail.size(), 1u);
  EXPECT_EQ(outcome.tail.front(), script_.entries().back());
}

TEST_F(StoreAtFault, what_waited_behind_another_until_the_deadline_was_not_written) {
  OpenedStore opened(uri_);
  opened.commit(script_.create());
  gate_.hold("parley-write");
  const auto first = opened.send(script_.text("on its way"));
  ASSERT_TRUE(gate_.wait_until([](const GateCounts& now) { return now.held > 0; }, "parley-write"));
  const auto second = opened.send(script_.text("behind it"));
  EXPECT_EQ(opened.outcome_of(first).status, AppendStatus::unknown);
  const auto refused = opened.outcome_of(second);
  EXPECT_EQ(refused.status, AppendStatus::refused);
  EXPECT_EQ(refused.error->code, ErrorCode::store_failed);
}

TEST_F(StoreAtFault, what_no_server_was_there_for_was_not_written) {
  OpenedStore opened(uri_);
  opened.commit(script_.create());
  gate_.refuse();
  gate_.cut();
  ASSERT_TRUE(opened.becomes_writable(false));
  const auto append = script_.text("to nobody");
  const auto refused = opened.append(append);
  EXPECT_EQ(refused.status, AppendStatus::refused);
  EXPECT_EQ(refused.error->code, ErrorCode::store_failed);
  EXPECT_GT(refused.error->retry_after_ms, 0);
  gate_.heal();
  opened.commit(append);
}

TEST_F(StoreAtFault, the_mirror_goes_on_past_a_write_of_unknown_outcome_and_shows_it_when_it_lands) {
  OpenedStore opened(uri_);
  LogScript other(2);
  opened.commit(script_.create());
  opened.commit(other.create());
  gate_.hold("parley-write");
  const auto lost = script_.text("lands later");
  EXPECT_EQ(opened.append(lost).status, AppendStatus::unknown);
  gate_.cut("parley-write");  // the messages that wait in the gate are lost too
  gate_.heal();
  opened.commit(other.text("after it"));
  const auto messages = [&] { return mongod_.command(database_, R"({"count": "chatmessages"})").number("n"); };
  EXPECT_TRUE(opened.loop.run_until([&] { return messages() == 1 && opened.store->health().mirror_behind == 0; }));

  const auto newest = mongod_.command(database_, R"({"find": "sessionlog", "sort": {"at": -1}, "limit": 1})");
  mongo::LogDocument stray{.session = lost.session, .entries = lost.entries, .at = newest.number("cursor.firstBatch.0.at") - 1};
  const auto document = mongo::encode_log_document(stray);
  const auto pool = mongo::ClientPool::make(uri_, "test", 1);
  ASSERT_FALSE(mongo::first_failure((*pool)->take().insert(mongo::collection::log, {&document, 1})));
  EXPECT_TRUE(opened.loop.run_until([&] { return messages() == 2; }));
}

TEST_F(StoreAtFault, what_is_committed_is_mirrored_when_the_store_stops) {
  LogScript other(2);
  {
    OpenedStore opened(uri_);
    opened.commit(script_.create());
    opened.commit(other.create());
    gate_.hold("parley-write");
    EXPECT_EQ(opened.append(script_.text("lost")).status, AppendStatus::unknown);
    gate_.cut("parley-write");
    gate_.heal();
    for (int count = 0; count < 20; ++count) opened.commit(other.text("after it"));
  }
  EXPECT_EQ(mongod_.command(database_, R"({"count": "chatmessages"})").number("n"), 20);
}

TEST_F(StoreAtFault, an_index_of_the_users_own_that_refuses_documents_is_named_and_they_are_counted) {
  ASSERT_TRUE(mongod_
                  .command(database_, R"({"createIndexes": "chatmessages", "indexes": [{"key": {"sessionId": 1, "senderRole": 1},)"
                                      R"( "name": "one_a_role", "unique": true}]})")
                  .ok);
  OpenedStore opened(uri_);
  EXPECT_TRUE(opened.logs.has("collection=chatmessages index=one_a_role"));
  opened.commit(script_.create());
  opened.commit(script_.text("shown"));
  opened.commit(script_.text("said in private"));
  EXPECT_TRUE(opened.loop.run_until([&] { return opened.store->health().mirror_refused == 1; }));
  EXPECT_TRUE(opened.logs.has("one_a_role"));
  EXPECT_FALSE(opened.logs.has("dup key"));
  EXPECT_EQ(opened.entries(script_.number()), script_.entries());
}

TEST_F(StoreAtFault, a_session_whose_row_an_index_of_the_users_own_refuses_is_not_created) {
  ASSERT_TRUE(mongod_
                  .command(database_, R"({"createIndexes": "sessions", "indexes": [{"key": {"doctorId": 1},)"
                                      R"( "name": "one_a_doctor", "unique": true}]})")
                  .ok);
  OpenedStore opened(uri_);
  LogScript second(2);
  opened.commit(script_.create());
  const auto refused = opened.append(second.create());
  EXPECT_EQ(refused.status, AppendStatus::refused);
  EXPECT_EQ(refused.error->message, "The database refuses this");
  EXPECT_THAT(refused.error->detail, HasSubstr("one_a_doctor"));
  EXPECT_TRUE(opened.logs.has("the database refuses a write reason=E11000 duplicate key error"));
  EXPECT_FALSE(opened.logs.has("cannot be reached")) << "others are served";
  EXPECT_TRUE(opened.store->health().writable);
  EXPECT_TRUE(opened.entries(second.number()).empty());
}

TEST_F(StoreAtFault, a_write_that_no_majority_has_confirmed_is_asked_for_again_and_committed_once) {
  OpenedStore opened(uri_);
  opened.commit(script_.create());
  mongod_.configure_fail_point(
      0, fail_command("insert", R"("writeConcernError": {"code": 64, "errmsg": "waiting for replication timed out"})", R"({"times": 2})"));
  opened.commit(script_.text("confirmed late"));
  EXPECT_EQ(opened.entries(script_.number()), script_.entries());
}

TEST_F(StoreAtFault, an_election_and_a_lost_connection_pass_unnoticed) {
  OpenedStore opened(uri_);
  opened.commit(script_.create());
  for (const std::string& how :
       {std::string(R"("errorCode": 10107)"), std::string(R"("errorCode": 11600)"), std::string(R"("errorCode": 91)"),
        std::string(R"("errorCode": 262)"), std::string(R"("closeConnection": true)")}) {
    mongod_.configure_fail_point(0, fail_command("insert", how, R"({"times": 2})"));
    opened.commit(script_.text("after " + how));
  }
  EXPECT_EQ(opened.entries(script_.number()), script_.entries());
}

TEST_F(StoreAtFault, a_full_disk_at_the_database_is_store_full_until_there_is_room) {
  OpenedStore opened(uri_);
  opened.commit(script_.create());
  mongod_.configure_fail_point(0, fail_command("insert", R"("errorCode": 14031)"));
  const auto append = script_.text("too much");
  const auto refused = opened.append(append);
  EXPECT_EQ(refused.status, AppendStatus::refused);
  EXPECT_EQ(refused.error->code, ErrorCode::store_full);
  mongod_.clear_fail_point(0, "failCommand");
  opened.commit(append);
}

TEST_F(StoreAtFault, a_database_that_refuses_to_write_is_named_in_answer_log_and_health_until_it_writes) {
  OpenedStore opened(uri_);
  opened.commit(script_.create());
  mongod_.configure_fail_point(0, fail_command(R"(insert", "update)", R"("errorCode": 13)"));
  const auto append = script_.text("not allowed");
  const auto refused = opened.append(append);
  EXPECT_EQ(refused.status, AppendStatus::refused);
  EXPECT_EQ(refused.error->code, ErrorCode::store_failed);
  EXPECT_THAT(refused.error->detail, HasSubstr("code 13"));
  EXPECT_TRUE(opened.logs.has("failCommand")) << "the words of the database are in the log";
  EXPECT_FALSE(opened.store->health().writable);
  EXPECT_THAT(opened.store->health().reason, HasSubstr("failCommand"));
  mongod_.clear_fail_point(0, "failCommand");
  EXPECT_TRUE(opened.becomes_writable(true)) << "by itself, though nobody sends";
  opened.commit(append);
}

TEST_F(StoreAtFault, a_session_whose_document_the_database_refuses_holds_up_nobody) {
  OpenedStore opened(uri_);
  ASSERT_TRUE(mongod_.command(database_, R"({"collMod": "sessions", "validator": {"parley.number": {"$ne": 2}}})").ok);
  LogScript refused_one(2);
  const auto refused = opened.send(refused_one.create());
  const auto good = opened.send(script_.create());
  EXPECT_EQ(opened.outcome_of(good).status, AppendStatus::committed);
  EXPECT_EQ(opened.outcome_of(refused).status, AppendStatus::refused);
  EXPECT_TRUE(opened.entries(refused_one.number()).empty());
}

TEST_F(StoreAtFault, an_index_that_takes_longer_than_other_answers_is_waited_for) {
  ASSERT_TRUE(mongod_.command(database_, R"({"create": "sessions"})").ok);
  mongod_.configure_fail_point(0, R"({"configureFailPoint": "failCommand", "mode": {"times": 1}, "data": {"appName": "parley-write",)"
                                  R"( "failCommands": ["createIndexes"], "blockConnection": true, "blockTimeMS": 2500}})");
  OpenedStore opened(uri_);
  opened.commit(script_.create());
}

TEST_F(StoreAtFault, health_says_why_while_the_database_is_away_and_recovers_by_itself) {
  OpenedStore opened(uri_);
  EXPECT_TRUE(opened.store->health().writable);
  gate_.refuse();
  gate_.cut();
  EXPECT_TRUE(opened.becomes_writable(false));
  EXPECT_NE(opened.store->health().reason, "");
  EXPECT_FALSE(opened.store->health().final);
  gate_.heal();
  EXPECT_TRUE(opened.becomes_writable(true));
  opened.commit(script_.create());
}

TEST_F(StoreAtFault, a_database_that_answers_nothing_is_noticed_before_its_connections_time_out) {
  std::string patient = mongod_.uri("socketTimeoutMS=600000");
  OpenedStore opened(patient.insert(patient.find('?'), database_));
  mongod_.pause(0);
  EXPECT_TRUE(opened.becomes_writable(false));
  EXPECT_THAT(opened.store->health().reason, HasSubstr("answers nothing"));
  mongod_.resume(0);
  EXPECT_TRUE(opened.becomes_writable(true));
  opened.commit(script_.create());
}

TEST_F(StoreAtFault, reads_fail_with_store_failed_while_the_database_is_away_and_go_on_after) {
  OpenedStore opened(uri_);
  opened.commit(script_.create());
  gate_.refuse();
  gate_.cut();
  std::optional<Result<std::optional<domain::EncodedEntry>>> last;
  ASSERT_TRUE(opened.store
                  ->read([&](store::LogReader& reader) {
                    opened.loop.post([&last, got = reader.last(script_.number())]() mutable { last.emplace(std::move(got)); });
                  })
                  .has_value());
  ASSERT_TRUE(opened.loop.run_until([&] { return last.has_value(); }));
  ASSERT_FALSE(last->has_value());
  EXPECT_EQ(last->error().code, ErrorCode::store_failed);
  gate_.heal();
  ASSERT_TRUE(opened.becomes_writable(true));
  EXPECT_EQ(opened.entries(script_.number()), script_.entries());
}

TEST_F(StoreAtFault, a_pool_of_one_in_the_URI_does_not_stop_the_store) {
  OpenedStore opened(uri_ + "&maxPoolSize=1&waitQueueTimeoutMS=1");
  opened.commit(script_.create());
  opened.commit(script_.text("one"));
  EXPECT_EQ(opened.entries(script_.number()), script_.entries());
}

TEST_F(StoreAtFault, mongod_killed_during_deletions_loses_none_and_empties_each_body) {
  OpenedStore opened(uri_, std::chrono::seconds{25});
  std::vector<LogScript> scripts;
  std::vector<std::uint64_t> tokens;
  for (std::uint64_t number = 10; number < 30; ++number) {
    LogScript& script = scripts.emplace_back(number);
    opened.commit(script.create());
    opened.commit(script.text("to be deleted"));
  }
  const auto before = gate_.counts("parley-write").requests;
  for (LogScript& script : scripts) tokens.push_back(opened.send(script.remove(2)));
  ASSERT_TRUE(gate_.wait_until([&](const GateCounts& now) { return now.requests > before + 5; }, "parley-write"));
  mongod_.kill_9(0);
  mongod_.start_again(0);
  mongod_.wait_until_whole();
  for (const std::uint64_t token : tokens) EXPECT_EQ(opened.outcome_of(token).status, AppendStatus::committed);
  for (const LogScript& script : scripts) {
    const auto entries = opened.entries(script.number());
    ASSERT_EQ(entries.size(), 3u);
    EXPECT_TRUE(entries[1].body.empty());
    EXPECT_EQ(entries[2], script.entries()[2]);
  }
}

}  // namespace
}  // namespace parley::test
