// The checker over real sockets on 127.0.0.1: servers that answer, refuse, stay silent, send wrong data, or require credentials.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "ice/udp/udp_ice_checker.hpp"
#include "protocol/stun/message.hpp"
#include "support/manual_loop.hpp"
#include "udp_server.hpp"

namespace parley::ice::test {
namespace {

using namespace protocol::stun;
using ::testing::AnyOf;
using ::testing::StartsWith;

constexpr std::string_view realm = "example.org";

Bytes bound(const Message& request) {
  MessageWriter writer(Class::success, request.method, request.transaction);
  writer.add(AttributeType::xor_mapped_address, xor_address({4711, Bytes("\x7f\0\0\x01", 4)}, request.transaction));
  return std::move(writer.add_fingerprint()).take();
}

std::optional<Bytes> answer_binding(BytesView datagram) {
  const auto request = decode_message(datagram);
  return request && request->method == Method::binding ? std::optional(bound(*request)) : std::nullopt;
}

/// A TURN server with one user. It counts the allocations that were not released.
class TurnServer {
 public:
  explicit TurnServer(std::string password) : password_(std::move(password)) {}

  std::optional<Bytes> answer(BytesView datagram) {
    const auto request = decode_message(datagram);
    if (!request) return std::nullopt;
    const auto* username = request->find(AttributeType::username);
    const Bytes key = username == nullptr ? Bytes() : long_term_key(username->value, realm, password_);
    if (username == nullptr || !has_integrity(*request, key)) {
      MessageWriter refusal(Class::error, request->method, request->transaction);
      refusal.add(AttributeType::error_code, Bytes("\0\0\x04\x01Unauthorized", 16));
      return std::move(refusal.add(AttributeType::realm, realm).add(AttributeType::nonce, "nonce")).take();
    }
    MessageWriter writer(Class::success, request->method, request->transaction);
    if (request->method == Method::refresh) {
      allocations -= 1;
      return std::move(writer.add_number(AttributeType::lifetime, 0).add_integrity(key)).take();
    }
    allocations += 1;
    writer.add(AttributeType::xor_relayed_address, xor_address({49152, Bytes("\x7f\0\0\x01", 4)}, request->transaction));
    return std::move(writer.add_integrity(key).add_fingerprint()).take();
  }

  std::atomic<int> allocations = 0;

 private:
  std::string password_;
};

class Checker : public ::testing::Test {
 protected:
  std::vector<Report> check(std::vector<Server> servers) {
    std::optional<std::vector<Report>> reports;
    checker->check(loop, std::move(servers), [&](std::vector<Report> got) { reports = std::move(got); });
    EXPECT_TRUE(loop.run_until([&] { return reports.has_value(); }));
    return reports.value_or(std::vector<Report>());
  }
  Report check_one(std::string url, std::string username = {}, std::string credential = {}) {
    return check({{std::move(url), std::move(username), std::move(credential)}}).at(0);
  }

  SystemClock clock;
  parley::test::ManualLoop loop;
  std::unique_ptr<UdpIceChecker> checker = std::make_unique<UdpIceChecker>(clock, [] { return std::make_unique<SystemEntropy>(); });
};

TEST_F(Checker, a_stun_server_that_answers_is_healthy_and_has_a_time) {
  UdpServer server(answer_binding);
  const auto report = check_one("stun:" + server.address());
  EXPECT_TRUE(report.healthy) << report.error;
  ASSERT_TRUE(report.response_time.has_value());
  EXPECT_GT(report.response_time->count(), 0);
  EXPECT_EQ(report.error, "");
  EXPECT_TRUE(check_one("stun:" + server.address()).healthy) << "again, with the same thread";
}

TEST_F(Checker, a_name_is_resolved_and_its_addresses_are_tried_until_one_answers) {
  UdpServer server(answer_binding);  // on 127.0.0.1; `localhost` may be ::1 first
  const auto report = check_one("stun:localhost:" + std::to_string(server.port()));
  EXPECT_TRUE(report.healthy) << report.error;
}

TEST_F(Checker, nobody_there_is_said_at_once) {
  std::string address;
  {
    UdpServer gone(answer_binding);
    address = gone.address();
  }
  const auto report = check_one("stun:" + address);
  EXPECT_FALSE(report.healthy);
  EXPECT_EQ(report.response_time, std::nullopt);
  EXPECT_EQ(report.error, "Refused: nothing listens there");
}

TEST_F(Checker, a_lost_request_is_sent_again) {
  std::atomic<int> seen = 0;
  UdpServer server([&seen](BytesView datagram) { return seen++ == 0 ? std::nullopt : answer_binding(datagram); });
  EXPECT_TRUE(check_one("stun:" + server.address()).healthy);
  EXPECT_EQ(seen, 2);
}

TEST_F(Checker, one_check_asks_all_and_ends_when_its_time_is_over) {
  UdpServer silent([](BytesView) { return std::nullopt; });
  UdpServer liar([](BytesView) { return std::optional<Bytes>("not STUN"); });
  UdpServer good(answer_binding);
  const auto reports = check({{"stun:" + silent.address(), {}, {}},
                              {"stun:" + good.address(), {}, {}},
                              {"stun:" + liar.address(), {}, {}},
                              {"turns:127.0.0.1:5349", "u", "p"},
                              {"turn:127.0.0.1?transport=tcp", "u", "p"},
                              {"http://127.0.0.1", {}, {}},
                              {"stun:no-such-name.invalid", {}, {}}});
  ASSERT_EQ(reports.size(), 7u);
  EXPECT_EQ(reports[0].error, "Timed out: no answer");
  EXPECT_EQ(reports[0].response_time, std::nullopt);
  EXPECT_TRUE(reports[1].healthy);
  EXPECT_EQ(reports[2].error, "Timed out: no answer");
  EXPECT_EQ(reports[3].error, "Not checked: only servers over UDP are");
  EXPECT_EQ(reports[4].error, "Not checked: only servers over UDP are");
  EXPECT_EQ(reports[5].error, "Not the URL of a STUN or TURN server");
  EXPECT_THAT(reports[6].error, AnyOf(StartsWith("The name does not resolve: "), "Timed out: the name was not resolved"));
  EXPECT_GE(silent.received(), 3u) << "sent at 0, 0.5 and 1.5 s";
}

TEST_F(Checker, a_turn_server_is_asked_under_the_credentials_and_its_allocation_is_given_back) {
  TurnServer turn("right");
  UdpServer server([&turn](BytesView datagram) { return turn.answer(datagram); });
  const auto report = check_one("turn:" + server.address() + "?transport=udp", "1767312000:calls", "right");
  EXPECT_TRUE(report.healthy) << report.error;
  EXPECT_TRUE(report.response_time.has_value());
  EXPECT_TRUE(loop.run_until([&] { return turn.allocations == 0; }));

  const auto refused = check_one("turn:" + server.address(), "1767312000:calls", "wrong");
  EXPECT_FALSE(refused.healthy);
  EXPECT_EQ(refused.error, "The server answered 401 Unauthorized");
  EXPECT_EQ(turn.allocations, 0);
}

TEST_F(Checker, as_many_servers_as_there_may_be_are_asked_at_once) {
  UdpServer server(answer_binding);
  const auto reports = check(std::vector<Server>(limits::ice_servers_max, {"stun:" + server.address(), {}, {}}));
  ASSERT_EQ(reports.size(), limits::ice_servers_max);
  for (const Report& report : reports) EXPECT_TRUE(report.healthy) << report.error;
  EXPECT_TRUE(check({}).empty());
}

TEST_F(Checker, stopping_ends_a_check_and_still_answers_it) {
  UdpServer silent([](BytesView) { return std::nullopt; });
  std::optional<std::vector<Report>> reports;
  checker->check(loop, {{"stun:" + silent.address(), {}, {}}}, [&](std::vector<Report> got) { reports = std::move(got); });
  ASSERT_TRUE(loop.run_until([&] { return silent.received() > 0; }));
  checker.reset();
  loop.run_pending();
  ASSERT_TRUE(reports.has_value());
  EXPECT_EQ(reports->at(0).error, "Not checked, the server stops: no answer");
}

}  // namespace
}  // namespace parley::ice::test
