// The gate in front of a real mongod: each fault affects exactly the chosen connections, and ends when it is removed.
#include "support/tcp_gate.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <future>

#include "support/mongod.hpp"
#include "support/mongod_command.hpp"
#include "support/mongod_member.hpp"

namespace parley::test {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;

/// With a short time-out, for tests where no answer is expected.
std::string through(const TcpGate& gate, const std::string& options = {}) {
  return "mongodb://127.0.0.1:" + std::to_string(gate.port()) +
         "/?directConnection=true&serverSelectionTimeoutMS=500&connectTimeoutMS=500&" + options;
}

class Gate : public testing::Test {
 protected:
  /// Connects through the gate. The connection exists on return, so a fault meets an open connection.
  MongodClient client(const std::string& app_name, const std::string& options = "&socketTimeoutMS=20000") {
    MongodClient made(through(gate_, "appName=" + app_name + options));
    EXPECT_TRUE(made.ask("admin", R"({"buildInfo": 1})").ok);
    return made;
  }
  static std::string insert(int id) { return R"({"insert": "notes", "documents": [{"_id": )" + std::to_string(id) + "}]}"; }
  /// Asks the server directly, not through the gate.
  std::int64_t stored() { return mongod_.command(database_, R"({"count": "notes"})").number("n"); }
  std::future<CommandAnswer> ask_aside(MongodClient& client, std::string command) {
    return std::async(std::launch::async, [this, &client, command = std::move(command)] { return client.ask(database_, command); });
  }

  MongodProcess& mongod_ = SharedMongod::standalone();
  TcpGate gate_{mongod_.port()};
  std::string database_ = mongod_.fresh_database();
};

TEST_F(Gate, passes_and_counts_what_goes_through) {
  auto writer = client("parley-write");
  auto reader = client("parley-read");
  const auto before = gate_.counts("parley-write");
  EXPECT_TRUE(writer.ask(database_, insert(1)).ok);
  EXPECT_EQ(stored(), 1);
  EXPECT_TRUE(gate_.wait_until([&](const GateCounts& now) { return now.answers == before.answers + 1; }, "parley-write"));
  EXPECT_EQ(gate_.counts("parley-write").requests, before.requests + 1);
  EXPECT_EQ(gate_.counts("parley-write").accepted, 1U);
  EXPECT_EQ(gate_.counts("nobody").accepted, 0U);
  EXPECT_EQ(gate_.counts().accepted, 2U);
  EXPECT_EQ(gate_.counts().open, 2U);
}

TEST_F(Gate, holds_one_application_and_lets_the_other_pass) {
  auto writer = client("parley-write");
  auto reader = client("parley-read");
  gate_.hold("parley-write");
  auto answer = ask_aside(writer, insert(1));
  ASSERT_TRUE(gate_.wait_until([](const GateCounts& now) { return now.held == 1; }, "parley-write"));
  EXPECT_TRUE(reader.ask(database_, insert(2)).ok);
  EXPECT_EQ(stored(), 1) << "only the reader's";
  gate_.release("parley-write");
  EXPECT_TRUE(answer.get().ok);
  EXPECT_EQ(stored(), 2);
  EXPECT_EQ(gate_.counts("parley-write").held, 0U);
}

TEST_F(Gate, holds_all_when_no_application_is_named_until_all_is_released) {
  auto writer = client("parley-write");
  gate_.hold();
  auto answer = ask_aside(writer, insert(1));
  ASSERT_TRUE(gate_.wait_until([](const GateCounts& now) { return now.held == 1; }));
  EXPECT_EQ(stored(), 0);
  gate_.release();
  EXPECT_TRUE(answer.get().ok);
}

TEST_F(Gate, holds_connections_that_are_made_later_from_their_first_byte) {
  gate_.hold("parley-write");
  MongodClient late(through(gate_, "appName=parley-write"));
  EXPECT_FALSE(late.ask(database_, insert(1)).ok);
  EXPECT_GE(gate_.counts("parley-write").accepted, 1U);
  EXPECT_EQ(gate_.counts("parley-write").writes, 0U) << "not even a handshake has passed";
  gate_.heal();
  EXPECT_TRUE(client("parley-write").ask(database_, insert(1)).ok);
}

TEST_F(Gate, a_held_write_of_a_client_that_has_given_up_lands_at_release) {
  {
    auto writer = client("parley-write", "&socketTimeoutMS=300");
    gate_.hold("parley-write");
    EXPECT_FALSE(writer.ask(database_, insert(1)).ok);
  }
  EXPECT_EQ(stored(), 0);
  EXPECT_EQ(gate_.counts("parley-write").held, 1U);
  gate_.release("parley-write");
  EXPECT_TRUE(wait_until([&] { return stored() == 1; }));
  EXPECT_TRUE(gate_.wait_until([](const GateCounts& now) { return now.open == 0; })) << "and the connection ends";
}

TEST_F(Gate, a_delay_keeps_what_is_said_until_it_is_over) {
  auto writer = client("parley-write");
  gate_.delay(20ms);
  EXPECT_TRUE(writer.ask(database_, insert(1)).ok);
  gate_.delay(1h);
  auto answer = ask_aside(writer, insert(2));
  EXPECT_FALSE(ask_mongod(through(gate_), "admin", R"({"ping": 1})").ok);
  EXPECT_EQ(stored(), 1);
  gate_.delay(0ms);
  EXPECT_TRUE(answer.get().ok);
  EXPECT_EQ(stored(), 2);
}

TEST_F(Gate, slices_both_directions_into_pieces_and_nothing_is_lost) {
  auto writer = client("parley-write");
  const std::string text(20'000, 'x');
  gate_.slice(7);
  const auto before = gate_.counts().writes;
  EXPECT_TRUE(writer.ask(database_, R"({"insert": "notes", "documents": [{"_id": 1, "text": ")" + text + R"("}]})").ok);
  EXPECT_EQ(writer.ask(database_, R"({"find": "notes"})").text("cursor.firstBatch.0.text"), text);
  EXPECT_GE(gate_.counts().writes - before, 2 * text.size() / 7);
  gate_.slice(0);
  const auto healed = gate_.counts().writes;
  EXPECT_EQ(writer.ask(database_, R"({"find": "notes"})").text("cursor.firstBatch.0.text"), text);
  EXPECT_LT(gate_.counts().writes - healed, 100U);
}

TEST_F(Gate, a_cut_resets_the_connections_of_its_application_and_the_next_ones_pass) {
  auto writer = client("parley-write");
  auto reader = client("parley-read");
  gate_.hold("parley-write");
  auto answer = ask_aside(writer, insert(1));
  ASSERT_TRUE(gate_.wait_until([](const GateCounts& now) { return now.held == 1; }, "parley-write"));
  gate_.cut("parley-write");
  EXPECT_FALSE(answer.get().ok);
  EXPECT_EQ(gate_.counts("parley-write").open, 0U);
  EXPECT_EQ(gate_.counts("parley-read").open, 1U);
  gate_.release();
  EXPECT_TRUE(reader.ask(database_, insert(2)).ok);
  EXPECT_TRUE(client("parley-write").ask(database_, insert(3)).ok);
  EXPECT_EQ(stored(), 2) << "what was held when it was cut is lost";
}

int connect_once(std::uint16_t port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int failure = connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 ? 0 : errno;
  close(descriptor);
  return failure;
}

TEST_F(Gate, refuses_new_connections_while_old_ones_live_and_accepts_again) {
  auto writer = client("parley-write");
  for (int round = 0; round < 2; ++round) {
    gate_.refuse();
    EXPECT_EQ(connect_once(gate_.port()), ECONNREFUSED);
    EXPECT_TRUE(writer.ask(database_, insert(round)).ok);
    gate_.accept();
    EXPECT_EQ(connect_once(gate_.port()), 0);
  }
  EXPECT_TRUE(client("parley-write").ask(database_, insert(2)).ok);
}

TEST_F(Gate, swallows_the_answer_to_a_request_that_arrives) {
  auto writer = client("parley-write");
  auto reader = client("parley-read");
  gate_.swallow_answers("parley-write");
  auto answer = ask_aside(writer, insert(1));
  ASSERT_TRUE(gate_.wait_until([](const GateCounts& now) { return now.swallowed == 1; }, "parley-write"));
  EXPECT_EQ(stored(), 1);
  EXPECT_TRUE(reader.ask(database_, insert(2)).ok);
  gate_.deliver_answers();
  EXPECT_FALSE(answer.get().ok) << "the answer is lost for good";
  EXPECT_EQ(client("parley-write").ask(database_, insert(1)).number("writeErrors.0.code"), 11000);
}

TEST_F(Gate, a_target_that_is_away_resets_the_client_and_one_that_is_back_serves) {
  MongodProcess away;
  TcpGate gate(away.port());
  away.kill_9(0);
  EXPECT_FALSE(ask_mongod(through(gate), "admin", R"({"ping": 1})").ok);
  away.start_again(0);
  EXPECT_TRUE(ask_mongod(through(gate), "admin", R"({"ping": 1})").ok);
}

}  // namespace
}  // namespace parley::test
