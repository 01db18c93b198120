// A session is adopted once. This holds for any node that adopts it, after an interruption at any step, and when an earlier server writes
// more afterwards (docs/guide/adopting.md).
#include <gmock/gmock.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "contract/adoption_fixture.hpp"
#include "store/common/store_state.hpp"
#include "store/mongo/mirror/mirror_writer.hpp"

namespace parley::test {

namespace {

using domain::EntryKind;
using domain::SessionRow;
using domain::SessionStatus;
using mongo::Document;

}  // namespace

TEST_P(MongoAdoption, an_adopted_message_that_is_lost_is_written_again_with_the_time_it_had) {
  OldSession session = old.session();
  old.write(session);
  const ObjectId id = old.text(session, "kept", at_ms(1000));
  ASSERT_TRUE(node.adopt(old.session_document(session)).has_value());
  old.remove_message(id);
  NullLogSink logs;
  store::StoreState state(logs);
  mongo::MirrorWriter writer(state, logs);
  auto client = pool().take();
  for (std::int64_t at = 0; *writer.range(client, at, std::numeric_limits<std::int64_t>::max());) {
  }
  const Document written = old.message_document(id);
  EXPECT_EQ(mongo::Fields(written).text("message"), "kept");
  EXPECT_EQ(mongo::Fields(written).date("timestamp"), at_ms(1000));
  EXPECT_EQ(mongo::Fields(written).integer("seq"), old.seq_of(id));
}

TEST_P(MongoAdoption, what_came_later_is_appended_when_the_session_is_opened_again) {
  OldSession session = old.session();
  old.write(session);
  auto ids = old.texts(session, 1, 3);
  EXPECT_EQ(found(session).status, SessionStatus::created);
  std::ranges::copy(old.texts(session, 10, 20), std::back_inserter(ids));
  Document started;
  started.text("status", "active").date("startedAt", at_ms(12'000));
  old.change(session, started);
  EXPECT_EQ(found(session).started_at, at_ms(12'000));
  expect_adopted(session, ids);
  Document ended;
  ended.text("status", "ended").date("endedAt", at_ms(60'000));
  old.change(session, ended);
  EXPECT_EQ(found(session).ended_at, at_ms(60'000));
  EXPECT_EQ(shape_of(old.log_of(session)), "created adopted text adopted text participant text ended");
  const std::size_t entries = old.log_of(session).size();
  EXPECT_EQ(found(session).status, SessionStatus::ended);
  EXPECT_EQ(old.log_of(session).size(), entries);
}

TEST_P(MongoAdoption, a_session_that_an_earlier_server_makes_active_again_is_reopened) {
  OldSession session = old.session();
  session.status = "ended";
  session.ended_at = at_ms(5000);
  old.write(session);
  EXPECT_EQ(found(session).status, SessionStatus::ended);
  Document again;
  again.text("status", "active").date("startedAt", at_ms(6000));
  old.change(session, again);
  EXPECT_EQ(found(session).status, SessionStatus::active);
  EXPECT_EQ(shape_of(old.log_of(session)), "created adopted ended reopened");
  EXPECT_EQ(mongo::Fields(old.session_document(session)).text("status"), "active");
  EXPECT_FALSE(mongo::Fields(old.session_document(session)).has("endedAt"));
}

TEST_P(MongoAdoption, an_end_that_was_left_behind_when_a_session_was_made_active_again_is_none) {
  OldSession session = old.session();
  session.status = "active";
  session.started_at = at_ms(1000);
  session.ended_at = at_ms(5000);
  old.write(session);
  EXPECT_EQ(found(session).status, SessionStatus::active);
  EXPECT_EQ(found(session).status, SessionStatus::active);
  EXPECT_EQ(shape_of(old.log_of(session)), "created adopted participant");
}

TEST_P(MongoAdoption, it_goes_on_wherever_it_was_stopped_whether_the_last_write_was_done_or_not) {
  MongodProcess& server = server_of(GetParam());
  const int primary = server.primary_index();
  for (const std::string fault : {R"("errorCode": 262)", R"("writeConcernError": {"code": 64, "errmsg": "no answer in time"})"}) {
    int stopped = 0;
    for (bool whole = false; !whole;) {
      OldSession session = old.session();
      session.status = "ended";
      session.started_at = at_ms(3500);
      session.ended_at = at_ms(40'000);
      old.write(session);
      const auto ids = old.texts(session, 1, 30);
      server.configure_fail_point(primary, R"({"configureFailPoint": "failCommand", "mode": {"skip": )" + std::to_string(stopped) +
                                               R"(}, "data": {"failCommands": ["insert", "update"], "appName": "adopting-node", )" + fault +
                                               "}}");
      whole = Node(pool(), clock, 8).find(session).has_value();
      server.clear_fail_point(primary, "failCommand");
      if (!whole) ++stopped;  // the node returns no session that is incomplete
      EXPECT_EQ(found(session).status, SessionStatus::ended);
      expect_adopted(session, ids);
      EXPECT_EQ(std::ranges::count(old.log_of(session), EntryKind::ended, [](const auto& entry) { return entry.core.kind; }), 1);
    }
    EXPECT_GE(stopped, 11);  // the claim, the five documents and the `seq` of their messages, and the end
  }
}

TEST_P(MongoAdoption, many_nodes_may_adopt_one_session_at_one_time) {
  for (int round = 0; round < 5; ++round) {
    OldSession session = old.session();
    session.status = "ended";
    session.started_at = at_ms(3500);
    session.ended_at = at_ms(90'000);
    old.write(session);
    const auto ids = old.texts(session, 1, 80);
    std::vector<std::jthread> nodes;
    std::vector<std::optional<SessionRow>> rows(4);
    for (std::size_t index = 0; index < rows.size(); ++index)
      nodes.emplace_back([&, index] { rows[index] = Node(pool(), clock, 8, 30).find(session).value_or(std::nullopt); });
    nodes.clear();
    for (const auto& row : rows) EXPECT_EQ(row, rows[0]);
    EXPECT_EQ(rows[0]->ended_at, session.ended_at);
    expect_adopted(session, ids);
  }
}

}  // namespace parley::test
