// Tests the mongod of the test suite: each fault has its documented effect, and the server recovers when the fault is removed.
#include "support/mongod.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "support/mongod_command.hpp"
#include "support/mongod_member.hpp"

namespace parley::test {
namespace {

constexpr const char* one_majority_insert =
    R"({"insert": "notes", "documents": [{"_id": 1}], "writeConcern": {"w": "majority", "j": true, "wtimeout": 20000}})";
/// With a query, MongoDB counts the documents. Without one it reads a stored number, which is wrong after kill -9.
constexpr const char* count_of_notes = R"({"count": "notes", "query": {"_id": {"$gte": 0}}})";

/// For a server that may not answer.
std::string impatient(int port) {
  return "mongodb://127.0.0.1:" + std::to_string(port) +
         "/?directConnection=true&socketTimeoutMS=300&connectTimeoutMS=300&serverSelectionTimeoutMS=300";
}

/// Repairs the set after each test.
class ReplicaSet : public testing::Test {
 protected:
  void TearDown() override { set_.heal(); }
  MongodProcess& set_ = SharedMongod::gated_replica_set(3);
  std::string database_ = set_.fresh_database();
};

TEST(Standalone, is_a_real_mongod_that_stores) {
  auto& mongod = SharedMongod::standalone();
  const auto database = mongod.fresh_database();
  EXPECT_NE(database, mongod.fresh_database());
  ASSERT_TRUE(mongod.command(database, one_majority_insert).ok);
  EXPECT_EQ(mongod.command(database, one_majority_insert).number("writeErrors.0.code"), 11000);
  EXPECT_EQ(mongod.command(database, count_of_notes).number("n"), 1);
  EXPECT_GE(mongod.command("admin", R"({"buildInfo": 1})").number("versionArray.0"), 6);
  EXPECT_EQ(&mongod, &SharedMongod::standalone()) << "one for the whole binary";
}

TEST(Standalone, an_answer_that_is_a_refusal_says_why) {
  const auto answer = SharedMongod::standalone().command("admin", R"({"noSuchCommand": 1})");
  EXPECT_FALSE(answer.ok);
  EXPECT_EQ(answer.text("codeName"), "CommandNotFound");
  EXPECT_NE(answer.error, "");
}

TEST(Standalone, what_was_journaled_is_there_after_kill_9) {
  MongodProcess mongod;
  ASSERT_TRUE(mongod.command("kept", one_majority_insert).ok);
  const auto port = mongod.port();
  mongod.kill_9(0);
  EXPECT_FALSE(mongod.alive(0));
  EXPECT_FALSE(ask_mongod(impatient(port), "admin", R"({"ping": 1})").ok);
  mongod.start_again(0);
  EXPECT_EQ(mongod.port(), port);
  EXPECT_EQ(mongod.command("kept", count_of_notes).number("n"), 1);
}

TEST_F(ReplicaSet, has_one_primary_and_commits_by_majority) {
  const int primary = set_.primary_index();
  ASSERT_TRUE(set_.command(database_, one_majority_insert).ok);
  for (int member = 0; member < set_.size(); ++member) {
    EXPECT_EQ(set_.command(member, "admin", R"({"hello": 1})").number("isWritablePrimary"), member == primary ? 1 : 0);
  }
  EXPECT_TRUE(ask_mongod(set_.uri("w=majority"), database_, count_of_notes).ok) << set_.uri();
}

TEST_F(ReplicaSet, a_killed_primary_is_followed_by_another_that_has_what_was_committed) {
  ASSERT_TRUE(set_.command(database_, one_majority_insert).ok);
  const int killed = set_.primary_index();
  set_.kill_9(killed);
  EXPECT_NE(set_.primary_index(), killed);
  EXPECT_EQ(set_.command(database_, count_of_notes).number("n"), 1);
  set_.start_again(killed);
  EXPECT_TRUE(set_.alive(killed));
}

TEST_F(ReplicaSet, a_stopped_member_ends_and_comes_back) {
  const int stopped = (set_.primary_index() + 1) % set_.size();
  set_.stop(stopped);
  EXPECT_FALSE(set_.alive(stopped));
  EXPECT_TRUE(set_.command(database_, one_majority_insert).ok) << "two of three are a majority";
  set_.start_again(stopped);
  EXPECT_TRUE(set_.alive(stopped));
}

TEST_F(ReplicaSet, stepping_down_makes_another_primary) {
  const int before = set_.primary_index();
  const int after = set_.step_down();
  EXPECT_NE(after, before);
  EXPECT_TRUE(set_.alive(before));
}

TEST_F(ReplicaSet, a_paused_primary_answers_nothing_and_is_followed) {
  const int paused = set_.primary_index();
  set_.pause(paused);
  EXPECT_FALSE(ask_mongod(impatient(set_.port(paused)), "admin", R"({"ping": 1})").ok);
  EXPECT_TRUE(set_.alive(paused));
  EXPECT_NE(set_.primary_index(), paused);
  set_.resume(paused);
  // It learns only now that another member is primary, and closes all connections when it steps down.
  EXPECT_TRUE(wait_until([&] { return set_.command(paused, "admin", R"({"ping": 1})").ok; }));
}

TEST_F(ReplicaSet, a_fail_point_fails_what_it_names_until_it_is_cleared) {
  const int primary = set_.primary_index();
  set_.configure_fail_point(
      primary, R"({"configureFailPoint": "failCommand", "mode": "alwaysOn", "data": {"failCommands": ["insert"], "errorCode": 64}})");
  EXPECT_EQ(set_.command(database_, one_majority_insert).number("code"), 64);
  EXPECT_TRUE(set_.command(database_, count_of_notes).ok);
  set_.clear_fail_point(primary, "failCommand");
  EXPECT_TRUE(set_.command(database_, one_majority_insert).ok);
}

TEST_F(ReplicaSet, heal_undoes_all_that_was_done) {
  const int primary = set_.primary_index();
  const int killed = (primary + 1) % set_.size();
  const int paused = (primary + 2) % set_.size();
  set_.configure_fail_point(
      primary, R"({"configureFailPoint": "failCommand", "mode": "alwaysOn", "data": {"failCommands": ["insert"], "errorCode": 64}})");
  set_.kill_9(killed);
  set_.pause(paused);
  set_.heal();
  for (int member = 0; member < set_.size(); ++member) EXPECT_TRUE(set_.command(member, "admin", R"({"ping": 1})").ok);
  EXPECT_TRUE(set_.command(database_, one_majority_insert).ok);
}

TEST_F(ReplicaSet, a_primary_behind_a_closed_gate_is_followed_and_comes_back) {
  const int cut_off = set_.primary_index();
  set_.gate(cut_off).refuse();
  set_.gate(cut_off).cut();
  EXPECT_FALSE(ask_mongod(impatient(set_.gate(cut_off).port()), "admin", R"({"ping": 1})").ok);
  ASSERT_TRUE(wait_until([&] {
    const int primary = set_.primary_index();
    return primary != cut_off && set_.command(primary, database_, one_majority_insert).ok;
  }));
  set_.heal();
  EXPECT_EQ(ask_mongod(set_.uri(), database_, count_of_notes).number("n"), 1);
}

/// The next test runs this one in a process of its own and kills that process.
TEST(Owner, DISABLED_starts_a_mongod_and_waits_to_be_killed) {
  MongodProcess mongod;
  const auto uri = mongod.member_uri(0) + "\n";
  ASSERT_EQ(write(STDERR_FILENO, uri.data(), uri.size()), static_cast<ssize_t>(uri.size()));
  pause();
}

TEST(Owner, a_mongod_ends_with_the_process_that_started_it_even_when_that_is_killed) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    execl("/proc/self/exe", "integration_mongod", "--gtest_also_run_disabled_tests", "--gtest_brief=1", "--gtest_filter=Owner.DISABLED_*",
          nullptr);
    _exit(127);
  }
  close(ends[1]);
  std::string uri;
  for (char letter = 0; read(ends[0], &letter, 1) == 1 && letter != '\n';) uri += letter;
  close(ends[0]);
  ASSERT_TRUE(ask_mongod(uri, "admin", R"({"ping": 1})").ok) << uri;
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(wait_until([&] { return !ask_mongod(uri, "admin", R"({"ping": 1})").ok; }));
}

}  // namespace
}  // namespace parley::test
