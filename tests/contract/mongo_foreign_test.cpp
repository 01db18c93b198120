// Writes of other software beside a running store reach the log once, and the store overwrites none of them (docs/adr/0015). The
// deletions of other software are in mongo_foreign_deletion_test.cpp.
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "contract/foreign_fixture.hpp"
#include "store/mongo/missing_texts.hpp"

namespace parley::test {

namespace {

using domain::EntryKind;
using domain::SessionStatus;
using mongo::Document;

}  // namespace

INSTANTIATE_TEST_SUITE_P(Servers, MongoForeign, testing::Values(Kind::standalone, Kind::replica_set), name_of_kind);

TEST_P(MongoForeign, a_session_that_is_cancelled_before_its_first_join_stays_cancelled) {
  Server server(GetParam());
  LogScript script(next_number());
  server.commit(script.create());
  const OldSession session = session_of(script);
  set_status(session, "ended", at_ms(9000));
  // This server has not seen the cancellation yet. On a replica set the change stream may be faster.
  const auto joined = server.append(script.start());
  if (!streams()) {
    EXPECT_EQ(joined.status, store::AppendStatus::committed);
  }
  EXPECT_TRUE(server.wait_until([&] { return count_of(old.log_of(session), EntryKind::ended) == 1; }));
  expect_document(server, session, "ended", true);
  const auto row = server.store().find_session(session.id);
  ASSERT_TRUE(row && *row);
  EXPECT_EQ((*row)->status, SessionStatus::ended);
  EXPECT_EQ((*row)->ended_at, at_ms(9000));
}

TEST_P(MongoForeign, an_end_and_a_reopening_reach_the_log_and_the_loops) {
  Server server(GetParam());
  LogScript script(next_number());
  const OldSession session = start(server, script);
  set_status(session, "ended", at_ms(60'000));
  expect_shape(server, session, "created participant ended");
  EXPECT_TRUE(server.wait_until([&] { return server.arrived.contains(script.number()); }));
  expect_document(server, session, "ended", true);
  const auto end = old.log_of(session).back();
  EXPECT_TRUE(end.core.sender.empty());
  EXPECT_EQ(*domain::read_original_time(end.core), at_ms(60'000));
  const Timestamp before_reopening = SystemClock().now();
  set_status(session, "active");
  expect_shape(server, session, "created participant ended reopened");
  expect_document(server, session, "active", false);
  const auto reopened = server.store().find_session(session.id);
  ASSERT_TRUE(reopened && *reopened && (*reopened)->reopened);
  EXPECT_GE((*reopened)->reopened->at, before_reopening) << "the time after the end is not counted as open";
  set_status(session, "ended", at_ms(90'000));
  expect_shape(server, session, "created participant ended reopened ended");
  expect_document(server, session, "ended", true);
}

TEST_P(MongoForeign, an_end_and_a_reopening_between_two_looks_are_both_in_the_log) {
  LogScript script(next_number());
  OldSession session;
  {
    Server server(GetParam());
    session = start(server, script);
  }
  set_status(session, "ended", at_ms(60'000));
  set_status(session, "active");
  Server server(GetParam());
  expect_shape(server, session, "created participant ended reopened");
  expect_document(server, session, "active", false);
}

TEST_P(MongoForeign, own_writes_are_not_taken_for_foreign_ones) {
  Server server(GetParam());
  Server other(GetParam());
  LogScript script(next_number());
  const OldSession session = start(server, script);
  server.commit(script.text("hello"));
  server.commit(script.invite(7));
  server.commit(script.end());
  expect_document(server, session, "ended", true);
  EXPECT_TRUE(server.wait_until([&] { return server.store().health().mirror_behind == 0; }));
  // Other software writes this session last: once the log has it, the change streams have delivered every earlier write.
  const OldSession behind = old.session();
  old.write(behind);
  expect_shape(server, behind, "created adopted");
  for (Server* each : {&server, &other}) EXPECT_TRUE(each->store().find_session(session.id).has_value());
  EXPECT_EQ(shape_of(old.log_of(session)), "created participant text participant ended");
}

TEST_P(MongoForeign, messages_and_sessions_of_other_software_are_adopted_while_the_session_runs) {
  Server server(GetParam());
  LogScript script(next_number());
  const OldSession session = start(server, script);
  const ObjectId id = old.text(session, "from the old page", at_ms(5000));
  expect_shape(server, session, "created participant adopted text");
  EXPECT_TRUE(server.wait_until([&] { return old.seq_of(id) == 4; }));
  const OldSession fresh = old.session();
  old.write(fresh);
  expect_shape(server, fresh, "created adopted");
}

TEST_P(MongoForeign, a_session_id_that_is_none_is_left_alone_and_the_rest_goes_on) {
  Server server(GetParam());
  const OldSession bad = old.session();
  old.write(bad);
  Document fields;
  fields.text("sessionId", "tab\there").text("status", "ended");
  old.change(bad, fields);
  const OldSession good = old.session();
  old.write(good);
  expect_shape(server, good, "created adopted");
}

TEST_P(MongoForeign, what_was_written_while_no_server_ran_is_taken_in_once) {
  LogScript script(next_number());
  OldSession session;
  LogScript other(next_number());
  std::optional<ObjectId> message;
  {
    Server server(GetParam());
    session = start(server, script);
    start(server, other);
    server.commit(other.text("goes"));
    message = domain::decode_core(other.entries().back().core)->id;
    EXPECT_TRUE(server.wait_until([&] { return old.seq_of(*message).has_value(); }));
  }
  set_status(session, "ended", at_ms(60'000));
  old.remove_message(*message);
  Server one(GetParam());
  Server two(GetParam());
  expect_shape(one, session, "created participant ended");
  expect_document(one, session, "ended", true);
  if (streams()) {
    expect_shape(one, session_of(other), "created participant text deleted");
  }
  EXPECT_TRUE(two.store().find_session(session.id).has_value());
  EXPECT_EQ(shape_of(old.log_of(session)), "created participant ended");
}

TEST_P(MongoForeign, messages_that_disappeared_unnoticed_are_listed_and_deleted_when_told_to) {
  LogScript script(next_number());
  OldSession session;
  std::vector<ObjectId> ids;
  {
    Server server(GetParam());
    session = start(server, script);
    for (const char* text : {"one", "two", "three"}) {
      server.commit(script.text(text));
      ids.push_back(domain::decode_core(script.entries().back().core)->id);
    }
    ids.push_back(old.text(session, "said before the others", at_ms(5'000)));
    EXPECT_TRUE(server.wait_until([&] {
      return server.store().find_session(session.id).has_value() && old.seq_of(ids[2]).has_value() && old.seq_of(ids[3]).has_value();
    }));
  }
  for (const int gone : {0, 1, 3}) old.remove_message(ids[gone]);
  const auto run = [](mongo::WithMissing what) {
    NullLogSink logs;
    SystemClock clock;
    std::map<ObjectId, Timestamp> named;
    const mongo::MissingListener listener{[](const mongo::MissingReport&) {},
                                          [&](const mongo::MissingText& text) { named[text.id] = text.time; }};
    const auto report = mongo::find_missing_texts({.uri = foreign_uri(GetParam())}, {.clock = clock, .logs = logs}, what, listener);
    EXPECT_TRUE(report.has_value());
    return std::pair(report.value_or(mongo::MissingReport{}), named);
  };
  const auto [listed, times] = run(mongo::WithMissing::list);
  EXPECT_EQ(listed.deleted, 0u);
  EXPECT_EQ(times.count(ids[0]) + times.count(ids[1]) + times.count(ids[3]), 3u);
  EXPECT_EQ(times.count(ids[2]), 0u);
  ASSERT_TRUE(times.contains(ids[3]));
  EXPECT_EQ(times.at(ids[3]), at_ms(5'000)) << "the time of its document, not that at which it was taken in";
  EXPECT_EQ(run(mongo::WithMissing::apply).first.deleted, listed.missing);
  EXPECT_EQ(count_of(old.log_of(session), EntryKind::deleted), 3u);
  EXPECT_EQ(run(mongo::WithMissing::list).second.count(ids[1]), 0u);
}

TEST_P(MongoForeign, nothing_is_lost_or_doubled_wherever_taking_in_is_stopped) {
  MongodProcess& mongod = server_of(GetParam());
  const int primary = mongod.primary_index();
  Server server(GetParam());
  for (const std::string fault : {R"("errorCode": 262)", R"("writeConcernError": {"code": 64, "errmsg": "no answer in time"})"}) {
    for (int skip = 0; skip < 4; ++skip) {
      LogScript script(next_number());
      const OldSession session = start(server, script);
      EXPECT_TRUE(server.wait_until([&] { return server.store().health().mirror_behind == 0; }));
      for (const char* app : {"parley-watch", "parley-read"}) {
        const bool is_reader = std::string_view(app) == "parley-read";
        if (is_reader == streams()) continue;
        mongod.configure_fail_point(primary, R"({"configureFailPoint": "failCommand", "mode": {"skip": )" + std::to_string(skip) +
                                                 R"(}, "data": {"failCommands": ["insert", "update"], "appName": ")" + app + R"(", )" +
                                                 fault + "}}");
      }
      set_status(session, "ended", at_ms(60'000));
      if (!streams()) {
        [[maybe_unused]] const auto stopped = server.store().find_session(session.id);
      }
      // The number of commands before the failure varies, because the same client also writes the position in the stream.
      for (int tries = 0; tries < 20 && count_of(old.log_of(session), EntryKind::ended) == 0; ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      mongod.clear_fail_point(primary, "failCommand");
      expect_shape(server, session, "created participant ended");
      set_status(session, "active");
      expect_shape(server, session, "created participant ended reopened");
      expect_document(server, session, "active", false);
    }
  }
}

TEST_P(MongoForeign, many_nodes_take_one_write_in_once) {
  Server one(GetParam());
  Server two(GetParam());
  Server three(GetParam());
  for (int round = 0; round < 3; ++round) {
    LogScript script(next_number());
    const OldSession session = start(one, script);
    set_status(session, "ended", at_ms(60'000));
    expect_shape(one, session, "created participant ended");
    set_status(session, "active");
    for (Server* each : {&two, &three, &one}) expect_shape(*each, session, "created participant ended reopened");
    expect_document(one, session, "active", false);
    EXPECT_EQ(old.log_of(session).size(), 4u);
  }
}

}  // namespace parley::test
