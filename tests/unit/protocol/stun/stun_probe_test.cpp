// The probe of a STUN or TURN server, step by step. The test plays the server.
#include <gtest/gtest.h>

#include "protocol/stun/server_probe.hpp"
#include "support/counting_entropy.hpp"

namespace parley::protocol::stun {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view username = "1767312000:webrtc-user";
constexpr std::string_view password = "c2VjcmV0";
constexpr std::string_view realm = "example.org";

class Probe : public ::testing::Test {
 protected:
  /// The bytes that the probe sends now. The test fails if none are due.
  Bytes sent(ServerProbe& probe) {
    auto datagram = probe.take_due(now);
    EXPECT_TRUE(datagram.has_value());
    return datagram.value_or(Bytes());
  }
  static MessageWriter answer_to(const Bytes& request, Class message_class) {
    const auto message = decode_message(request);
    EXPECT_TRUE(message.has_value());
    return {message_class, message->method, message->transaction};
  }
  static Bytes error_answer(const Bytes& request, unsigned code, std::string_view reason, std::string_view nonce = "n1") {
    Bytes value(2, '\0');
    value.push_back(static_cast<char>(code / 100));
    value.push_back(static_cast<char>(code % 100));
    auto writer = answer_to(request, Class::error);
    writer.add(AttributeType::error_code, value + Bytes(reason));
    if (!nonce.empty()) writer.add(AttributeType::realm, realm).add(AttributeType::nonce, nonce);
    return std::move(writer).take();
  }
  Bytes allocated(const Bytes& request, std::string_view with_password = password) {
    auto writer = answer_to(request, Class::success);
    const auto transaction = decode_message(request)->transaction;
    writer.add(AttributeType::xor_relayed_address, xor_address({49152, Bytes("\x7f\x00\x00\x01", 4)}, transaction));
    writer.add_integrity(long_term_key(username, realm, with_password));
    return std::move(writer.add_fingerprint()).take();
  }
  Bytes bound(const Bytes& request) {
    auto writer = answer_to(request, Class::success);
    return std::move(writer.add(AttributeType::xor_mapped_address,
                                xor_address({4711, Bytes("\xc0\x00\x02\x01", 4)}, decode_message(request)->transaction)))
        .take();
  }

  SteadyTime now{1h};
  test::CountingEntropy entropy;
  ServerProbe stun{{ProbeTarget::Kind::stun, {}, {}}, entropy, now};
  ServerProbe turn{{ProbeTarget::Kind::turn, std::string(username), std::string(password)}, entropy, now};
};

TEST_F(Probe, a_stun_server_that_answers_is_healthy_and_its_time_is_measured) {
  const Bytes request = sent(stun);
  const auto message = decode_message(request);
  EXPECT_EQ(message->method, Method::binding);
  EXPECT_NE(message->find(AttributeType::fingerprint), nullptr);
  stun.on_datagram(bound(request), now + 23ms);
  ASSERT_TRUE(stun.done());
  EXPECT_TRUE(stun.outcome()->healthy);
  EXPECT_EQ(stun.outcome()->response_time, 23ms);
  EXPECT_EQ(stun.outcome()->error, "");
  EXPECT_FALSE(stun.take_due(now + 1h)) << "there is nothing to give back";
}

TEST_F(Probe, a_request_is_repeated_after_half_a_second_and_then_twice_as_long_each_time) {
  const Bytes request = sent(stun);
  EXPECT_FALSE(stun.take_due(now));
  for (const auto wait : {500ms, 1000ms, 2000ms}) {
    EXPECT_EQ(stun.next_due(), now + wait);
    EXPECT_FALSE(stun.take_due(now + wait - 1ms));
    now += wait;
    EXPECT_EQ(sent(stun), request);
  }
  stun.on_datagram(bound(request), now + 5ms);
  EXPECT_EQ(stun.outcome()->response_time, 3505ms) << "which of the four was answered nobody can tell";
}

TEST_F(Probe, what_belongs_to_nobody_is_ignored) {
  const Bytes request = sent(stun);
  stun.on_datagram("", now);
  stun.on_datagram("not STUN at all, but long enough", now);
  stun.on_datagram(request, now);  // a request must be ignored, even our own
  Bytes foreign = bound(request);
  foreign[10] = static_cast<char>(foreign[10] ^ 1);
  stun.on_datagram(foreign, now);
  EXPECT_FALSE(stun.done());
}

TEST_F(Probe, a_stun_server_without_an_address_in_its_answer_is_not_healthy) {
  const Bytes request = sent(stun);
  stun.on_datagram(std::move(answer_to(request, Class::success)).take(), now + 1ms);
  EXPECT_FALSE(stun.outcome()->healthy);
  EXPECT_EQ(stun.outcome()->error, "The server gave no mapped address");
}

TEST_F(Probe, a_turn_server_is_asked_for_an_allocation_with_the_credentials_and_gets_it_back) {
  const Bytes first = sent(turn);
  EXPECT_EQ(decode_message(first)->method, Method::allocate);
  EXPECT_EQ(decode_message(first)->find(AttributeType::requested_transport)->value, Bytes("\x11\0\0\0", 4));
  EXPECT_EQ(decode_message(first)->find(AttributeType::message_integrity), nullptr);
  now += 10ms;
  turn.on_datagram(error_answer(first, 401, "Unauthorized"), now);
  ASSERT_FALSE(turn.done());

  const Bytes second = sent(turn);
  const auto message = decode_message(second);
  ASSERT_TRUE(message.has_value());
  EXPECT_NE(message->transaction, decode_message(first)->transaction);
  EXPECT_EQ(message->find(AttributeType::username)->value, username);
  EXPECT_EQ(message->find(AttributeType::realm)->value, realm);
  EXPECT_EQ(message->find(AttributeType::nonce)->value, "n1");
  const Bytes key = long_term_key(username, realm, password);
  EXPECT_TRUE(has_integrity(*message, key));
  turn.on_datagram(allocated(second), now + 7ms);
  ASSERT_TRUE(turn.done());
  EXPECT_TRUE(turn.outcome()->healthy) << turn.outcome()->error;
  EXPECT_EQ(turn.outcome()->response_time, 7ms);

  const Bytes farewell = sent(turn);
  const auto refresh = decode_message(farewell);
  EXPECT_EQ(refresh->method, Method::refresh);
  EXPECT_EQ(refresh->find(AttributeType::lifetime)->value, Bytes(4, '\0'));
  EXPECT_TRUE(has_integrity(*refresh, key));
  EXPECT_FALSE(turn.take_due(now + 1h));
}

TEST_F(Probe, an_allocation_that_is_not_signed_with_our_key_is_ignored) {
  turn.on_datagram(error_answer(sent(turn), 401, "Unauthorized"), now);
  const Bytes request = sent(turn);
  turn.on_datagram(allocated(request, "a guess"), now);
  EXPECT_FALSE(turn.done());
}

TEST_F(Probe, credentials_that_are_refused_are_an_error_with_the_servers_words) {
  turn.on_datagram(error_answer(sent(turn), 401, "Unauthorized"), now);
  turn.on_datagram(error_answer(sent(turn), 401, "Unauthorized"), now + 9ms);
  ASSERT_TRUE(turn.done());
  EXPECT_FALSE(turn.outcome()->healthy);
  EXPECT_EQ(turn.outcome()->error, "The server answered 401 Unauthorized");
  EXPECT_EQ(turn.outcome()->response_time, 9ms);
}

TEST_F(Probe, a_stale_nonce_is_renewed_once) {
  turn.on_datagram(error_answer(sent(turn), 401, "Unauthorized"), now);
  turn.on_datagram(error_answer(sent(turn), 438, "Stale Nonce", "n2"), now);
  const Bytes request = sent(turn);
  EXPECT_EQ(decode_message(request)->find(AttributeType::nonce)->value, "n2");
  turn.on_datagram(error_answer(request, 438, "Stale Nonce", "n3"), now);
  EXPECT_EQ(turn.outcome()->error, "The server answered 438 Stale Nonce");
}

TEST_F(Probe, other_errors_end_it) {
  turn.on_datagram(error_answer(sent(turn), 486, "Allocation Quota Reached", ""), now);
  EXPECT_EQ(turn.outcome()->error, "The server answered 486 Allocation Quota Reached");
  ServerProbe without_realm({ProbeTarget::Kind::turn, "u", "p"}, entropy, now);
  without_realm.on_datagram(error_answer(sent(without_realm), 401, "Unauthorized", ""), now);
  EXPECT_EQ(without_realm.outcome()->error, "The server answered 401 Unauthorized");
  ServerProbe bad_words({ProbeTarget::Kind::turn, "u", "p"}, entropy, now);
  bad_words.on_datagram(error_answer(sent(bad_words), 500, "\xff<script>\n", ""), now);
  EXPECT_EQ(bad_words.outcome()->error, "The server answered 500");
  ServerProbe no_code({ProbeTarget::Kind::stun, {}, {}}, entropy, now);
  const Bytes request = sent(no_code);
  no_code.on_datagram(std::move(answer_to(request, Class::error)).take(), now);
  EXPECT_EQ(no_code.outcome()->error, "The server answered an error without a code");
}

TEST_F(Probe, giving_up_says_why_and_measures_nothing) {
  sent(stun);
  stun.give_up("Timed out");
  EXPECT_FALSE(stun.outcome()->healthy);
  EXPECT_EQ(stun.outcome()->response_time, std::nullopt);
  EXPECT_EQ(stun.outcome()->error, "Timed out");
  stun.give_up("again");
  EXPECT_EQ(stun.outcome()->error, "Timed out");
}

}  // namespace
}  // namespace parley::protocol::stun
