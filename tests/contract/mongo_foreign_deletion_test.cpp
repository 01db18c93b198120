// Deletions of other software, and the position in the change stream from which they are read (docs/adr/0015). On a replica set only,
// because a standalone has no change stream.
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "contract/foreign_fixture.hpp"
#include "store/mongo/adoption/change_stream.hpp"
#include "store/mongo/documents/ttl_indexes.hpp"
#include "store/mongo/mirror_all.hpp"

namespace parley::test {

namespace {

using domain::EntryKind;
using mongo::Document;
using testing::HasSubstr;

}  // namespace

class MongoForeignDeletion : public MongoForeign {
 protected:
  /// Starts a session with this many messages and waits until all of them are mirrored.
  std::vector<ObjectId> talk(Server& server, LogScript& script, std::size_t texts) {
    start(server, script);
    std::vector<ObjectId> ids;
    for (std::size_t index = 0; index < texts; ++index) {
      server.commit(script.text("message " + std::to_string(index)));
      ids.push_back(domain::decode_core(script.entries().back().core)->id);
    }
    EXPECT_TRUE(server.wait_until([&] { return old.seq_of(ids.back()).has_value(); }));
    return ids;
  }
  void expect_named(Server& server, const std::string& what) {
    const auto is_it = [&](const std::string& line) { return line.find(what) != std::string::npos; };
    EXPECT_TRUE(server.wait_until([&] { return std::ranges::any_of(server.store().health().losses_named, is_it); })) << what;
  }
  std::size_t deletions(const LogScript& script) { return count_of(old.log_of(session_of(script)), EntryKind::deleted); }
  /// Deletes one message of a new session. Once its deletion is in the log, every earlier event of the stream has been processed.
  void wait_for_the_stream(Server& server) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2100));  // database time, so that the next deletion counts as separate
    LogScript script(next_number());
    const auto ids = talk(server, script, 2);
    old.remove_message(ids[0]);
    EXPECT_TRUE(server.wait_until([&] { return deletions(script) == 1; }));
  }
};

INSTANTIATE_TEST_SUITE_P(Servers, MongoForeignDeletion, testing::Values(Kind::replica_set), name_of_kind);

TEST_P(MongoForeignDeletion, of_a_message_empties_it_and_it_never_comes_back) {
  Server server(GetParam());
  LogScript script(next_number());
  const auto ids = talk(server, script, 10);
  const OldSession session = session_of(script);
  old.remove_message(ids[4]);
  EXPECT_TRUE(server.wait_until([&] { return deletions(script) == 1; }));
  const auto log = old.log_of(session);
  EXPECT_TRUE(log.back().core.sender.empty());
  ASSERT_NE(log.back().body->attribute("reason"), nullptr);
  EXPECT_THAT(*log.back().body->attribute("reason"), HasSubstr("other software"));
  EXPECT_EQ(*domain::read_target_id(log.back().core), ids[4]);
  EXPECT_FALSE(log[6].body.has_value());
  EXPECT_EQ(log.back().trailer.counters.live_texts(), 9u);
  EXPECT_GE(server.store().health().foreign_deletions, 1u);
  NullLogSink logs;
  SystemClock clock;
  const auto report =
      mongo::mirror_all({.uri = foreign_uri(GetParam())}, {.clock = clock, .logs = logs}, [](const mongo::MirrorReport&) {});
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(old.seq_of(ids[4]), std::nullopt);
  EXPECT_TRUE(old.seq_of(ids[5]).has_value());
}

TEST_P(MongoForeignDeletion, of_the_first_and_the_last_text_moves_the_counters) {
  Server server(GetParam());
  LogScript script(next_number());
  const auto ids = talk(server, script, 3);
  const auto before = old.log_of(session_of(script));
  old.remove_message(ids[0]);
  EXPECT_TRUE(server.wait_until([&] { return deletions(script) == 1; }));
  EXPECT_EQ(old.log_of(session_of(script)).back().trailer.counters.first_live_text, before[3].core.timestamp);
  old.remove_message(ids[2]);
  EXPECT_TRUE(server.wait_until([&] { return deletions(script) == 2; }));
  EXPECT_EQ(old.log_of(session_of(script)).back().trailer.counters.last_live_text, before[3].core.timestamp);
  old.remove_message(ids[1]);
  EXPECT_TRUE(server.wait_until([&] { return deletions(script) == 3; }));
  EXPECT_EQ(old.log_of(session_of(script)).back().trailer.counters.last_live_text, std::nullopt);
}

TEST_P(MongoForeignDeletion, of_an_adopted_message_is_found_by_the_id_that_it_kept) {
  Server server(GetParam());
  const OldSession session = old.session();
  old.write(session);
  const auto ids = old.texts(session, 1, 4);
  EXPECT_TRUE(server.wait_until([&] { return old.seq_of(ids.back()).has_value(); }));
  old.remove_message(ids[1]);
  EXPECT_TRUE(server.wait_until([&] { return count_of(old.log_of(session), EntryKind::deleted) == 1; }));
  EXPECT_EQ(*domain::read_target_id(old.log_of(session).back().core), ids[1]);
}

TEST_P(MongoForeignDeletion, of_Parleys_own_is_deleted_once) {
  Server server(GetParam());
  LogScript script(next_number());
  const auto ids = talk(server, script, 3);
  server.commit(script.remove(4));
  EXPECT_TRUE(server.wait_until([&] { return !old.seq_of(ids[1]).has_value(); }));
  wait_for_the_stream(server);
  EXPECT_EQ(deletions(script), 1u);
}

TEST_P(MongoForeignDeletion, of_many_at_once_is_named_and_not_applied) {
  Server server(GetParam());
  LogScript script(next_number());
  const auto ids = talk(server, script, 10);
  Document of_session;
  of_session.text("sessionId", script.row().id.to_string());
  Document statement;
  statement.document("q", of_session).int32("limit", 0);
  auto client = foreign_pool(GetParam()).take();
  ASSERT_TRUE(client.remove(mongo::collection::chat, {&statement, 1}).has_value());
  expect_named(server, "The session \"" + script.row().id.to_string() + "\" lost 10 messages");
  wait_for_the_stream(server);
  EXPECT_EQ(deletions(script), 0u);
}

TEST_P(MongoForeignDeletion, by_a_drop_or_a_ttl_index_is_named_and_not_applied) {
  MongodProcess& mongod = server_of(GetParam());
  LogScript script(next_number());
  {
    Server server(GetParam());
    const auto ids = talk(server, script, 10);
    const std::string index = R"({"key":{"gone":1},"name":"ttl","expireAfterSeconds":9})";
    ASSERT_TRUE(mongod.command("foreign", R"({"createIndexes":"chatmessages","indexes":[)" + index + "]}").ok);
    old.remove_message(ids[3]);
    expect_named(server, "TTL index");
    ASSERT_TRUE(mongod.command("foreign", R"({"dropIndexes":"chatmessages","index":"ttl"})").ok);
    ASSERT_TRUE(mongod.command("foreign", R"({"drop":"chatmessages"})").ok);
    expect_named(server, "drop of chatmessages");
  }
  Server again(GetParam());
  EXPECT_TRUE(again.store().find_session(script.row().id).has_value());
  wait_for_the_stream(again);
  EXPECT_EQ(deletions(script), 0u);
}

TEST_P(MongoForeignDeletion, by_a_ttl_index_that_was_dropped_since_is_explained_by_it) {
  MongodProcess& mongod = server_of(GetParam());
  auto client = foreign_pool(GetParam()).take();
  const auto make = [&](const std::string& field, const std::string& seconds) {
    const std::string index = R"({"key":{")" + field + R"(":1},"name":"ttl","expireAfterSeconds":)" + seconds + "}";
    ASSERT_TRUE(mongod.command("foreign", R"({"createIndexes":"chatmessages","indexes":[)" + index + "]}").ok);
  };
  const auto drop = [&] { ASSERT_TRUE(mongod.command("foreign", R"({"dropIndexes":"chatmessages","index":"ttl"})").ok); };
  const Timestamp old_one = SystemClock().now() - std::chrono::hours(2);
  const auto explains = [&](mongo::TtlIndexes& indexes, Timestamp said, Timestamp at) { return *indexes.explain(client, said, at); };
  for (const bool is_of_timestamp : {true, false}) {
    mongo::TtlIndexes indexes;
    EXPECT_FALSE(explains(indexes, old_one, SystemClock().now()));
    // In whole seconds, as events have. Not before the listing above, so the next call lists again; not after the creation of the index.
    const Timestamp now = std::chrono::floor<std::chrono::seconds>(SystemClock().now());
    const Timestamp later = now + std::chrono::minutes(1);  // later than every listing of the indexes in this test
    make(is_of_timestamp ? "timestamp" : "gone", "3600");
    EXPECT_TRUE(explains(indexes, old_one, now));
    EXPECT_EQ(explains(indexes, now, now), !is_of_timestamp) << "it has not taken what is younger";
    drop();
    EXPECT_TRUE(explains(indexes, old_one, now));
    EXPECT_EQ(explains(indexes, now, now), !is_of_timestamp);
    EXPECT_FALSE(explains(indexes, old_one, later)) << "the index was gone by then";
  }
}

TEST_P(MongoForeignDeletion, in_the_first_moments_of_the_first_stream_survives_a_kill) {
  auto client = foreign_pool(GetParam()).take();
  const auto position = [&] {
    auto found = client.find(mongo::collection::nodes, position_query(), {.limit = 1});
    return found && !found->empty() ? std::optional<Document>(std::move(found->front())) : std::nullopt;
  };
  const mongo::Document forget = mongo::delete_of(position_query());
  ASSERT_TRUE(client.remove(mongo::collection::nodes, {&forget, 1}).has_value());
  LogScript script(next_number());
  std::optional<Document> first;
  std::vector<ObjectId> ids;
  {
    Server server(GetParam());
    first = position();
    ids = talk(server, script, 10);
    old.remove_message(ids[4]);
    EXPECT_TRUE(server.wait_until([&] { return deletions(script) == 1; }));
  }
  ASSERT_TRUE(first.has_value()) << "the position is there before anything relies on the stream";
  old.remove_message(ids[5]);
  restore_position(client, *first);
  Server again(GetParam());
  EXPECT_TRUE(again.wait_until([&] { return deletions(script) == 2; }));
}

/// Without a change stream there is no position, and every search compares. So these tests need a replica set.
class MongoForeignPosition : public MongoForeign {};
INSTANTIATE_TEST_SUITE_P(Servers, MongoForeignPosition, testing::Values(Kind::replica_set), name_of_kind);

TEST_P(MongoForeignPosition, says_that_comparing_is_due_when_a_kill_came_before_everything_was_compared) {
  LogScript script(next_number());
  OldSession session;
  {
    Server server(GetParam());
    session = start(server, script);
  }
  set_status(session, "ended", at_ms(60'000));
  auto client = foreign_pool(GetParam()).take();
  const mongo::ChangeStream after_it(client, std::nullopt);
  Document position;
  position.document("token", *after_it.token()).boolean("mustCompare", true);
  restore_position(client, position);
  Server server(GetParam());
  expect_shape(server, session, "created participant ended");
}

TEST_P(MongoForeignDeletion, that_the_database_has_forgotten_is_named_and_everything_else_is_compared) {
  LogScript script(next_number());
  OldSession session;
  {
    Server server(GetParam());
    session = start(server, script);
  }
  set_status(session, "ended", at_ms(60'000));
  Document token;
  token.text("_data", "00");  // MongoDB refuses this token as one of an event that it no longer has
  Document position;
  position.document("token", token);
  auto client = foreign_pool(GetParam()).take();
  restore_position(client, position);
  Server server(GetParam());
  expect_shape(server, session, "created participant ended");
  expect_named(server, "no longer has the changes");
}

}  // namespace parley::test
