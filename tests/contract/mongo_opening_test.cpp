// Opening the MongoDB store, and features that only this engine has: it reads users, and it finishes the mirror of a node that died.
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <span>
#include <stdexcept>
#include <string>

#include "base/clock.hpp"
#include "base/limits.hpp"
#include "base/log_sink.hpp"
#include "domain/error_code.hpp"
#include "store/mongo/driver/client.hpp"
#include "store/mongo/driver/layout.hpp"
#include "store/mongo/mirror_all.hpp"
#include "store/mongo/mongo_store.hpp"
#include "store/mongo/schema.hpp"
#include "support/log_script.hpp"
#include "support/manual_loop.hpp"
#include "support/mongod.hpp"
#include "support/mongod_command.hpp"

namespace parley::test {

namespace mongo = store::mongo;

/// Counts the committed appends.
struct CommitCounter final : store::CommitListener {
  void on_appended(std::span<store::AppendOutcome> outcomes) override {
    for (const store::AppendOutcome& outcome : outcomes) committed += outcome.status == store::AppendStatus::committed ? 1 : 0;
  }
  void on_arrived(SessionNumber) override {}
  int committed = 0;
};

class MongoOpening : public testing::Test {
 protected:
  MongoOpening() : uri("mongodb://127.0.0.1:" + std::to_string(SharedMongod::standalone().port()) + "/" + database) {}

  Result<std::unique_ptr<mongo::MongoStore>> open() { return mongo::MongoStore::open({.uri = uri}, {.clock = clock, .logs = logs}); }
  CommandAnswer command(const std::string& json) { return SharedMongod::standalone().command(database, json); }
  /// Waits until this many documents of the collection match. False if that never happens.
  bool wait_for(const std::string& collection, int count) {
    const SteadyTime end = clock.steady_now() + std::chrono::seconds(30);
    while (clock.steady_now() < end)
      if (command(R"({"count":")" + collection + R"(","query":{"_id":{"$exists":true}}})").number("n") == count) return true;
    return false;
  }

  const std::string database = SharedMongod::standalone().fresh_database();
  const std::string uri;
  SystemClock clock;
  NullLogSink logs;
};

TEST_F(MongoOpening, of_a_server_that_is_not_there_is_refused_with_what_to_do) {
  const auto store = mongo::MongoStore::open({.uri = "mongodb://me:hunter2@127.0.0.1:1/db?serverSelectionTimeoutMS=100"}, {clock, logs});
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code, ErrorCode::store_failed);
  EXPECT_NE(store.error().message.find("MongoDB at mongodb://127.0.0.1:1/db cannot be used"), std::string::npos) << store.error().message;
  EXPECT_NE(store.error().message.find("correct --store"), std::string::npos);
  EXPECT_EQ(store.error().message.find("hunter2"), std::string::npos);
}

/// An entry of format 1, which had 12 bytes for its sender.
constexpr const char* entry_of_format_1 =
    "AQBgADQBAwAAAAADaVW5A6Gyw9TlAAADAAABm3bas7hlAAAAAAAAAAAAAAEGZG9jdG9y0oumq5ECk8vFEo3N5M3530aYpmBpQ2ClYRX2n9IzY9KAU4z23QkGX1jDwAKjeSTHAA"
    "AD"
    "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwEADEdvb2QgbW9ybmluZwNtLTEAqWHiM+qCXp0p7V76UgCkJE3OfoDwRgT6utgS38JhW/"
    "4AAAAAAQAAAAAAAAGbdtqzuAAAAZt2"
    "2rO4AQZkb2N0b3IAAAABAAAAAAAAAAz7m+/M";

TEST_F(MongoOpening, of_a_log_of_format_1_is_refused_with_what_to_do_and_changes_nothing) {
  ASSERT_TRUE(command(std::string(R"({"insert":"sessionlog","documents":[{"_id":7,"last":3,"at":1,"entries":[{"$binary":{"base64":")") +
                      entry_of_format_1 + R"(","subType":"00"}}]}]})")
                  .ok);
  const auto store = open();
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code, ErrorCode::store_failed);
  for (const char* words : {"has a session log of format 1", "reads format 2", "Nothing was changed", "docs/operations/mongodb.md"})
    EXPECT_NE(store.error().message.find(words), std::string::npos) << store.error().message;
  EXPECT_EQ(command(R"({"listIndexes":"sessionlog"})").json.find("rowOf"), std::string::npos);
  EXPECT_EQ(command(R"({"count":"parleynodes"})").number("n"), 0);
}

TEST_F(MongoOpening, with_an_index_that_is_in_the_way_names_it) {
  ASSERT_TRUE(command(R"({"createIndexes":"sessions","indexes":[{"key":{"sessionId":1},"name":"sessionId_1"}]})").ok);
  const auto store = open();
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code, ErrorCode::store_failed);
  EXPECT_NE(store.error().message.find("The index sessionId_1 of the collection sessions cannot be made"), std::string::npos)
      << store.error().message;
}

TEST_F(MongoOpening, with_the_right_index_under_another_name_is_well) {
  ASSERT_TRUE(command(R"({"createIndexes":"sessions","indexes":[{"key":{"sessionId":1},"name":"mine","unique":true}]})").ok);
  ASSERT_TRUE(open().has_value());
  EXPECT_EQ(command(R"({"listIndexes":"sessions"})").json.find("\"sessionId_1\""), std::string::npos);
}

TEST_F(MongoOpening, of_a_name_that_differs_only_in_case_from_one_that_is_there_says_so) {
  ASSERT_TRUE(command(R"({"create":"anything"})").ok);
  std::string other = uri;
  other[other.rfind('/') + 1] = 'P';
  const auto store = mongo::MongoStore::open({.uri = other}, {clock, logs});
  ASSERT_FALSE(store.has_value());
  EXPECT_NE(store.error().message.find("differs only in case"), std::string::npos) << store.error().message;
  EXPECT_EQ(store.error().message.find("Drop the index"), std::string::npos) << store.error().message;
}

TEST_F(MongoOpening, a_tool_finds_nothing_in_a_mistyped_database_and_makes_nothing) {
  const std::array names = {mongo::collection::sessions, mongo::collection::log};
  const auto nothing = mongo::must_have_one_of({.uri = uri}, "test", names, "adopt");
  ASSERT_FALSE(nothing.has_value());
  EXPECT_NE(nothing.error().message.find("the database " + database + ", which --store names, has no sessions and no sessionlog"),
            std::string::npos)
      << nothing.error().message;
  EXPECT_EQ(command(R"({"listCollections":1,"nameOnly":true})").text("cursor.firstBatch.0.name"), "");
  ASSERT_TRUE(command(R"({"create":"sessionlog"})").ok);
  EXPECT_TRUE(mongo::must_have_one_of({.uri = uri}, "test", names, "adopt").has_value());
}

TEST_F(MongoOpening, with_documents_that_break_an_index_names_it) {
  ASSERT_TRUE(command(R"({"insert":"sessions","documents":[{"sessionId":"same"},{"sessionId":"same"}]})").ok);
  const auto store = open();
  ASSERT_FALSE(store.has_value());
  EXPECT_NE(store.error().message.find("mend the documents that break it"), std::string::npos) << store.error().message;
}

TEST_F(MongoOpening, twice_makes_the_indexes_once) {
  ASSERT_TRUE(open().has_value());
  const auto before = command(R"({"listIndexes":"sessionlog"})").json;
  ASSERT_TRUE(open().has_value());
  EXPECT_EQ(command(R"({"listIndexes":"sessionlog"})").json, before);
  EXPECT_NE(before.find("erases_1"), std::string::npos);
}

TEST_F(MongoOpening, users_are_read_and_never_written) {
  ASSERT_TRUE(command(R"({"insert":"users","documents":[{"_id":{"$oid":"650000000000000000000005"},"email":"d@example.org",)"
                      R"("password":"hash","role":"doctor","name":"Dr. Ää","isVerified":true}]})")
                  .ok);
  const auto store = open();
  ASSERT_TRUE(store.has_value());
  const domain::User known{user_id(5), {"doctor"}, "d@example.org", "Dr. Ää"};
  EXPECT_EQ(*(*store)->find_user(user_id(5)), known);
  EXPECT_EQ(*(*store)->find_user(user_id(6)), std::nullopt);
  (*store)->remember_user({user_id(5), {"admin"}, "other@example.org", "Other"});
  (*store)->remember_user({user_id(6), {"doctor"}, "new@example.org", "New"});
  (*store)->stop();
  EXPECT_EQ(*(*store)->find_user(user_id(5)), known);
  EXPECT_TRUE(wait_for("users", 1));
}

TEST_F(MongoOpening, what_is_lost_of_the_mirror_is_written_again) {
  LogScript script(7);
  {
    const auto store = open();
    ASSERT_TRUE(store.has_value());
    ManualLoop loop{0};
    CommitCounter counter;
    (*store)->attach(loop, counter);
    for (store::Append append : {script.create(), script.text("one"), script.text("two"), script.text("three"), script.remove(3)})
      (*store)->append(loop, std::move(append));
    ASSERT_TRUE(loop.run_until([&] { return counter.committed == 5; }));
    (*store)->stop();
  }
  const auto found = [&](const char* collection) {
    return command(std::string(R"({"find":")") + collection + R"(","sort":{"_id":1}})").json;
  };
  const auto cut = [](const std::string& answer) { return answer.substr(0, answer.find("operationTime")); };
  std::map<const char*, std::string> before;
  for (const char* collection : {"sessions", "chatmessages", "audits"}) {
    before[collection] = cut(found(collection));
    ASSERT_TRUE(command(std::string(R"({"drop":")") + collection + R"("})").ok);
  }
  EXPECT_NE(before["chatmessages"].find("three"), std::string::npos);
  const auto report = mongo::mirror_all({.uri = uri}, {.clock = clock, .logs = logs}, [](const mongo::MirrorReport&) {});
  ASSERT_TRUE(report.has_value()) << report.error().detail;
  EXPECT_GT(report->documents, 0u);
  EXPECT_EQ(report->refused, 0u);
  for (const auto& [collection, was] : before) EXPECT_EQ(cut(found(collection)), was) << collection;
}

/// A server with authentication, and users with only the permissions that the test chooses.
class MongoRights : public testing::Test {
 protected:
  static std::string uri_of(const std::string& user, const std::string& database) {
    return "mongodb://" + user + "127.0.0.1:" + std::to_string(server().port()) + "/" + database;
  }
  /// MongoDB lets a client on its own machine create the first user without authentication. After that it allows nobody.
  static MongodProcess& server() {
    static MongodProcess process({.arguments = {"--auth"}, .folder = {}});
    static const bool once = process.command(0, "admin", R"({"createUser":"root","pwd":"root","roles":["root"]})").ok;
    if (!once) throw std::runtime_error("no first user can be made");
    return process;
  }
  void make_user(const std::string& name, const std::string& actions) {
    for (const std::string& asked : {R"({"createRole":")" + name + R"(","roles":[],"privileges":[{"resource":{"db":")" + database +
                                         R"(","collection":""},"actions":[)" + actions + "]}]}",
                                     R"({"createUser":")" + name + R"(","pwd":"p","roles":[")" + name + R"("]})"}) {
      const auto made = ask_mongod(uri_of("root:root@", "admin"), database, asked);
      ASSERT_TRUE(made.ok) << made.error;
    }
  }
  /// Opens the store as a user with the permissions `actions`.
  auto open_with(const std::string& actions) {
    const std::string name = "user" + std::to_string(++users);
    make_user(name, actions);
    return mongo::MongoStore::open({.uri = uri_of(name + ":p@", database)}, {.clock = clock, .logs = logs});
  }
  void make_indexes() {
    const auto store =
        mongo::MongoStore::open({.uri = uri_of("root:root@", database) + "?authSource=admin"}, {.clock = clock, .logs = logs});
    ASSERT_TRUE(store.has_value()) << store.error().message;
    (*store)->stop();
  }

  const std::string database = server().fresh_database();
  int users = 0;
  SystemClock clock;
  NullLogSink logs;
};

TEST_F(MongoRights, that_the_operators_page_names_are_enough_where_the_indexes_are_made) {
  make_indexes();
  const auto store = open_with(R"("find","insert","update","remove","listIndexes","dbStats")");
  ASSERT_TRUE(store.has_value()) << store.error().message;
  LogScript script(7);
  ManualLoop loop{0};
  CommitCounter counter;
  (*store)->attach(loop, counter);
  for (store::Append append : {script.create(), script.text("one"), script.text("two"), script.remove(3)})
    (*store)->append(loop, std::move(append));
  ASSERT_TRUE(loop.run_until([&] { return counter.committed == 4; }));
  (*store)->stop();
  EXPECT_EQ(ask_mongod(uri_of("root:root@", "admin"), database, R"({"count":"chatmessages"})").number("n"), 1) << "the mirror removed one";
}

TEST_F(MongoRights, with_createIndex_are_enough_for_an_empty_database) {
  const auto store = open_with(R"("find","insert","update","remove","listIndexes","dbStats","createIndex")");
  EXPECT_TRUE(store.has_value()) << store.error().message;
}

TEST_F(MongoRights, to_make_indexes_are_named_when_they_lack) {
  const auto store = open_with(R"("find","insert","update","remove","listIndexes","dbStats")");
  ASSERT_FALSE(store.has_value());
  EXPECT_NE(store.error().message.find("Give the user of --store the role readWrite on the database, or one that allows createIndex"),
            std::string::npos)
      << store.error().message;
}

TEST_F(MongoRights, each_is_named_when_it_lacks) {
  make_indexes();
  for (const std::string lacks : {"find", "insert", "update", "listIndexes", "dbStats"}) {
    std::string actions = R"("remove")";
    for (const std::string each : {"find", "insert", "update", "listIndexes", "dbStats"})
      if (each != lacks) actions.append(",\"").append(each).append("\"");
    const auto store = open_with(actions);
    ASSERT_FALSE(store.has_value()) << lacks;
    const std::string advice = "Give the user of --store the role readWrite on the database, or one that allows ";
    const std::size_t at = store.error().message.find(advice);
    ASSERT_NE(at, std::string::npos) << lacks << ": " << store.error().message;
    EXPECT_NE(store.error().message.find(lacks, at + advice.size()), std::string::npos) << store.error().message;
  }
}

TEST_F(MongoRights, of_nobody_who_has_signed_in_need_a_user_first) {
  const auto store = mongo::MongoStore::open({.uri = uri_of("", database)}, {.clock = clock, .logs = logs});
  ASSERT_FALSE(store.has_value());
  EXPECT_NE(store.error().message.find("Put user and password into --store"), std::string::npos) << store.error().message;
}

/// A node that died before it mirrored its last two documents.
class MongoDeadNode : public MongoOpening {
 protected:
  void die(std::chrono::milliseconds silent_for) {
    const auto pool = mongo::ClientPool::make(uri, "test", 1);
    auto client = (*pool)->take();
    mongo::Document node;
    node.int64("_id", dead).int64("at", dead + 1).date("alive", clock.now() - silent_for);
    ASSERT_TRUE(client.insert(mongo::collection::nodes, {&node, 1}).has_value());
    std::int64_t place = dead;
    for (const store::Append& append : {script.create(), script.text("one"), script.text("two")}) {
      mongo::LogDocument document{.session = append.session, .entries = append.entries, .at = ++place};
      if (append.row) document.row = domain::encode_session_row(*append.row);
      const auto encoded = mongo::encode_log_document(document);
      ASSERT_TRUE(client.insert(mongo::collection::log, {&encoded, 1}).has_value());
    }
  }
  std::int64_t noted() {
    return command(R"({"find":"parleynodes","filter":{"_id":{"$numberLong":")" + std::to_string(dead) + R"("}}})")
        .number("cursor.firstBatch.0.at");
  }

  static constexpr std::int64_t dead = std::int64_t{900} << 40;
  LogScript script{7};
};

TEST_F(MongoDeadNode, is_mirrored_to_its_end) {
  die(limits::mongo_stray_write_life + std::chrono::seconds(1));
  const auto store = open();
  ASSERT_TRUE(store.has_value());
  EXPECT_TRUE(wait_for("chatmessages", 2)) << "both texts; the session's document was mirrored before it died, says its checkpoint";
  (*store)->stop();
  EXPECT_EQ(noted(), dead + 3);
}

TEST_F(MongoDeadNode, is_not_done_with_while_its_writes_may_still_arrive) {
  die(limits::mongo_node_silent + std::chrono::seconds(1));
  const auto store = open();
  ASSERT_TRUE(store.has_value());
  EXPECT_TRUE(wait_for("chatmessages", 2));
  (*store)->stop();
  EXPECT_EQ(noted(), dead + 1);
}

TEST_F(MongoOpening, says_what_to_mend_when_the_user_may_not) {
  const auto store = mongo::MongoStore::open({.uri = "mongodb://me:hunter2@" + uri.substr(uri.find("127"))}, {clock, logs});
  ASSERT_FALSE(store.has_value());
  EXPECT_NE(store.error().message.find("Authentication failed. Correct the user"), std::string::npos) << store.error().message;
}

TEST_F(MongoOpening, a_database_of_MongoDBs_own_is_refused) {
  const auto store = mongo::MongoStore::open({.uri = uri.substr(0, uri.rfind('/')) + "/admin"}, {clock, logs});
  ASSERT_FALSE(store.has_value());
  EXPECT_NE(store.error().message.find("MongoDB's own"), std::string::npos) << store.error().message;
}

TEST_F(MongoOpening, says_which_option_it_does_not_understand) {
  const auto store = mongo::MongoStore::open({.uri = uri + "?w=-5"}, {clock, logs});
  ASSERT_FALSE(store.has_value());
  EXPECT_NE(store.error().message.find("-5"), std::string::npos) << store.error().message;
}

TEST_F(MongoOpening, says_that_the_set_may_have_another_name) {
  const auto store = mongo::MongoStore::open({.uri = uri + "?replicaSet=other&serverSelectionTimeoutMS=100"}, {clock, logs});
  ASSERT_FALSE(store.has_value());
  EXPECT_NE(store.error().message.find("replicaSet, which must be the name of the set"), std::string::npos) << store.error().message;
}

TEST_F(MongoOpening, says_which_name_does_not_resolve) {
  const auto store = mongo::MongoStore::open({.uri = "mongodb+srv://me:hunter2@cluster.nowhere.invalid/db"}, {clock, logs});
  ASSERT_FALSE(store.has_value());
  EXPECT_NE(store.error().message.find("_mongodb._tcp.cluster.nowhere.invalid"), std::string::npos) << store.error().message;
  EXPECT_EQ(store.error().message.find("hunter2"), std::string::npos) << store.error().message;
}

}  // namespace parley::test
