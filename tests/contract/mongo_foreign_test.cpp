// Writes of other software beside a running store reach the log once, and the store overwrites none of them (docs/adr/0015).
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "contract/old_server_data.hpp"
#include "domain/extensions.hpp"
#include "store/mongo/adoption/change_stream.hpp"
#include "store/mongo/documents/ttl_indexes.hpp"
#include "store/mongo/driver/layout.hpp"
#include "store/mongo/mirror_all.hpp"
#include "store/mongo/missing_texts.hpp"
#include "store/mongo/mongo_store.hpp"
#include "support/log_script.hpp"
#include "support/manual_loop.hpp"
#include "support/mongod.hpp"

namespace parley::test {

namespace {

namespace mongo = store::mongo;
using domain::EntryKind;
using domain::SessionStatus;
using mongo::Document;
using mongo::Fields;
using testing::HasSubstr;

enum class Kind : std::uint8_t { standalone, replica_set };

MongodProcess& server_of(Kind kind) {
  return kind == Kind::standalone ? SharedMongod::standalone() : SharedMongod::gated_replica_set(3);
}

std::string uri_of(Kind kind) {
  std::string uri = server_of(kind).uri();
  return uri.insert(std::min(uri.find('?'), uri.size()), "foreign");
}

/// All tests share the pools, because closing a pool takes half a second.
mongo::ClientPool& pool_of(Kind kind) {
  static std::map<Kind, std::unique_ptr<mongo::ClientPool>> pools;
  auto& pool = pools[kind];
  if (!pool) {
    pool = std::move(*mongo::ClientPool::make(uri_of(kind), "old-server", 4));
    pool->set_topology(kind == Kind::standalone ? mongo::Topology::standalone : mongo::Topology::replica_set);
  }
  return *pool;
}

/// The store of a running server, and the notifications that its loop receives.
class Server final : public store::CommitListener {
 public:
  explicit Server(Kind kind) : store_(open(kind)) {
    store_->attach(loop_, *this);
    const bool streams = kind == Kind::replica_set;
    EXPECT_TRUE(loop_.run_until([&] { return !streams || store_->health().change_stream; }));
  }
  ~Server() override { store_->stop(); }

  void on_appended(std::span<store::AppendOutcome> outcomes) override {
    for (store::AppendOutcome& each : outcomes) outcomes_.push_back(std::move(each));
  }
  void on_arrived(SessionNumber session) override { arrived.insert(session); }

  /// Appends and returns the outcome.
  store::AppendOutcome append(store::Append append) {
    const std::uint64_t token = append.token = ++tokens_;
    store_->append(loop_, std::move(append));
    const auto is_mine = [token](const auto& each) { return each.token == token; };
    EXPECT_TRUE(loop_.run_until([&] { return std::ranges::any_of(outcomes_, is_mine); }));
    return *std::ranges::find_if(outcomes_, is_mine);
  }
  void commit(store::Append one) { EXPECT_EQ(append(std::move(one)).status, store::AppendStatus::committed); }
  [[nodiscard]] bool wait_until(const std::function<bool()>& done) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);  // a bound so that a hanging test fails
    while (!done()) {
      loop_.run_pending();
      if (std::chrono::steady_clock::now() > until) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    loop_.run_pending();
    return true;
  }
  mongo::MongoStore& store() { return *store_; }

  std::set<SessionNumber> arrived;

 private:
  static std::unique_ptr<mongo::MongoStore> open(Kind kind) {
    auto opened = mongo::MongoStore::open({.uri = uri_of(kind)}, {.clock = clock(), .logs = logs()});
    if (!opened) throw std::runtime_error(opened.error().message);
    return *std::move(opened);
  }
  static Clock& clock() {
    static SystemClock clock;
    return clock;
  }
  static LogSink& logs() {
    static NullLogSink logs;
    return logs;
  }

  ManualLoop loop_{0};
  std::vector<store::AppendOutcome> outcomes_;
  std::uint64_t tokens_ = 0;
  std::unique_ptr<mongo::MongoStore> store_;
};

std::size_t count_of(const std::vector<domain::Entry>& log, EntryKind kind) {
  return static_cast<std::size_t>(std::ranges::count(log, kind, [](const auto& entry) { return entry.core.kind; }));
}

class MongoForeign : public testing::TestWithParam<Kind> {
 protected:
  [[nodiscard]] static bool streams() { return GetParam() == Kind::replica_set; }
  static std::uint64_t next_number() {
    static std::uint64_t number = 1000;
    return ++number;
  }
  OldSession session_of(const LogScript& script) { return {.id = script.row().id, .object_id = script.row().object_id}; }
  void set_status(const OldSession& session, const std::string& status, std::optional<Timestamp> ended_at = std::nullopt) {
    Document fields;
    fields.text("status", status);
    if (ended_at) fields.date("endedAt", *ended_at);
    old.change(session, fields);
  }
  static Document position_query() {
    Document query;
    query.text("_id", "changes");
    return query;
  }
  /// Restores the state that a kill leaves: the position that was stored earlier.
  static void restore_position(mongo::Client& client, const Document& noted) {
    const Fields fields(noted);
    Document position;
    position.document("token", fields.document("token")->copy()).boolean("mustCompare", fields.boolean("mustCompare").value_or(false));
    Document change;
    change.document("$set", position);
    Document statement = mongo::update_of(position_query(), change);
    const auto restored = client.update(mongo::collection::nodes, {&statement, 1});
    ASSERT_TRUE(restored && restored->matched == 1);
  }
  /// On a server without a change stream, a search for the session must trigger the comparison.
  void expect_shape(Server& server, const OldSession& session, const std::string& shape) {
    EXPECT_TRUE(server.wait_until([&] {
      if (!streams()) {
        EXPECT_TRUE(server.store().find_session(session.id).has_value());
      }
      return shape_of(old.log_of(session)) == shape;
    })) << shape_of(old.log_of(session));
  }
  void expect_document(Server& server, const OldSession& session, const std::string& status, bool has_end) {
    EXPECT_TRUE(server.wait_until([&] {
      const Document document = old.session_document(session);
      return Fields(document).text("status") == status && Fields(document).has("endedAt") == has_end;
    })) << old.session_document(session).to_json();
  }
  /// Creates a running session and its document.
  OldSession start(Server& server, LogScript& script) {
    server.commit(script.create());
    server.commit(script.start());
    return session_of(script);
  }

  OldServerData old{pool_of(GetParam())};
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Servers, MongoForeign, testing::Values(Kind::standalone, Kind::replica_set),
                         [](const auto& run) { return run.param == Kind::standalone ? "standalone" : "replica_set"; });

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
    const auto report = mongo::find_missing_texts({.uri = uri_of(GetParam())}, {.clock = clock, .logs = logs}, what, listener);
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

// ---- deletions: on a replica set only, because a standalone has no change stream -----------------------------------------------

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

INSTANTIATE_TEST_SUITE_P(Servers, MongoForeignDeletion, testing::Values(Kind::replica_set), [](const auto&) { return "replica_set"; });

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
  const auto report = mongo::mirror_all({.uri = uri_of(GetParam())}, {.clock = clock, .logs = logs}, [](const mongo::MirrorReport&) {});
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
  auto client = pool_of(GetParam()).take();
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
  auto client = pool_of(GetParam()).take();
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
  auto client = pool_of(GetParam()).take();
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
INSTANTIATE_TEST_SUITE_P(Servers, MongoForeignPosition, testing::Values(Kind::replica_set), [](const auto&) { return "replica_set"; });

TEST_P(MongoForeignPosition, says_that_comparing_is_due_when_a_kill_came_before_everything_was_compared) {
  LogScript script(next_number());
  OldSession session;
  {
    Server server(GetParam());
    session = start(server, script);
  }
  set_status(session, "ended", at_ms(60'000));
  auto client = pool_of(GetParam()).take();
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
  auto client = pool_of(GetParam()).take();
  restore_position(client, position);
  Server server(GetParam());
  expect_shape(server, session, "created participant ended");
  expect_named(server, "no longer has the changes");
}

}  // namespace parley::test
