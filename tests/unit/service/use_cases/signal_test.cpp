// The signalling relay (docs/api-contract.md §6.3, "Details"): order of checks, payload shapes, limits, the record.
#include <gtest/gtest.h>

#include "unit/service/world.hpp"

namespace parley::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string signal_json(const SessionId& session, const std::string& members) {
  return "{\"sessionId\":\"" + session.to_string() + "\"" + (members.empty() ? "" : ",") + members + "}";
}

const std::string offer = R"("offer":{"type":"offer","sdp":"v=0\r\n","extra":[1, 2]})";
const std::string answer = R"("answer":{"type":"answer","sdp":"v=0"})";
const std::string candidate = R"("candidate":{"candidate":"candidate:1","sdpMLineIndex":0,"sdpMid":null})";

class Signals : public ::testing::Test {
 protected:
  std::vector<std::string> emit(Socket& socket, const std::string& event, const std::string& members) {
    socket.emit(event, signal_json(room.session, members));
    room.run();
    return socket.take();
  }
  std::string error(const std::string& text, const std::string& event) {
    return "42[\"error\",{\"message\":\"" + text + "\",\"type\":\"" + event + "\"}]";
  }
  std::string sender() {
    return "\"senderId\":\"" + room.world.authenticator.users["doctor"].id.to_string() +
           "\",\"senderRole\":\"doctor\",\"timestamp\":\"2026-01-01T00:00:00.000Z\"";
  }
  std::vector<store::SignallingMessage> recorded() {
    room.world.send("doctor", room.session, "commit").value();
    return room.world.store.newest(room.world.number_of(room.session), room.session, {.limit = 1000}).value().messages;
  }

  Room room;
};

TEST_F(Signals, are_relayed_as_sent_to_the_others) {
  EXPECT_THAT(emit(*room.doctor, "webrtc-offer", offer), IsEmpty());
  EXPECT_THAT(emit(*room.doctor, "webrtc-answer", answer), IsEmpty());
  EXPECT_THAT(emit(*room.doctor, "ice-candidate", candidate), IsEmpty());
  EXPECT_THAT(room.patient->take(), ElementsAre("42[\"webrtc-offer\",{" + offer + "," + sender() + "}]",
                                                "42[\"webrtc-answer\",{" + answer + "," + sender() + "}]",
                                                "42[\"ice-candidate\",{" + candidate + "," + sender() + "}]"));
}

TEST_F(Signals, messages_of_every_type_are_relayed_with_their_payload) {
  emit(*room.doctor, "signaling-message", R"("type":"offer","payload":{"type":"offer","sdp":"s"})");
  emit(*room.doctor, "signaling-message", R"("type":"chat","payload":"any")");
  emit(*room.doctor, "signaling-message", R"("type":"join")");
  emit(*room.doctor, "signaling-message", R"("type":"leave","payload":null)");
  EXPECT_THAT(room.patient->take(),
              ElementsAre("42[\"signaling-message\",{\"type\":\"offer\",\"payload\":{\"type\":\"offer\",\"sdp\":\"s\"}," + sender() + "}]",
                          "42[\"signaling-message\",{\"type\":\"chat\",\"payload\":\"any\"," + sender() + "}]",
                          "42[\"signaling-message\",{\"type\":\"join\"," + sender() + "}]",
                          "42[\"signaling-message\",{\"type\":\"leave\",\"payload\":null," + sender() + "}]"));
}

TEST_F(Signals, sending_needs_participation_not_joining) {
  auto second = room.world.connect("doctor", 1);
  EXPECT_THAT(emit(*second, "webrtc-offer", offer), IsEmpty());
  EXPECT_THAT(room.doctor->take(), SizeIs(1));
  EXPECT_THAT(room.patient->take(), SizeIs(1));
}

TEST_F(Signals, access_comes_before_shape) {
  auto stranger = room.world.connect("stranger");
  for (const char* event : {"webrtc-offer", "webrtc-answer", "ice-candidate", "signaling-message"}) {
    EXPECT_THAT(emit(*stranger, event, ""), ElementsAre(error("Unauthorized access to session", event)));
    stranger->emit(event, "{\"sessionId\":\"0b1e8a6e-9f3d-4c5a-8b7c-1d2e3f405162\"}");
    stranger->emit(event, "{\"sessionId\":{}}");
    stranger->emit(event, "");
    room.run();
    const std::string not_found = error("Session not found", event);
    EXPECT_THAT(stranger->take(), ElementsAre(not_found, not_found, not_found));
  }
  EXPECT_THAT(room.patient->take(), IsEmpty());
}

TEST_F(Signals, shapes_are_checked) {
  for (const std::string bad :
       {"", "\"offer\":null", "\"offer\":\"x\"", "\"offer\":{}", R"("offer":{"type":"answer","sdp":"s"})", R"("offer":{"type":"offer"})",
        R"("offer":{"type":"offer","sdp":5})", R"("offer":[{"type":"offer","sdp":"s"}])"}) {
    EXPECT_THAT(emit(*room.doctor, "webrtc-offer", bad), ElementsAre(error("Invalid offer message format", "webrtc-offer"))) << bad;
  }
  EXPECT_THAT(emit(*room.doctor, "webrtc-answer", R"("answer":{"type":"offer","sdp":"s"})"),
              ElementsAre(error("Invalid answer message format", "webrtc-answer")));
  for (const std::string bad :
       {"", R"("candidate":{"candidate":"c","sdpMLineIndex":0})", R"("candidate":{"candidate":1,"sdpMLineIndex":0,"sdpMid":""})",
        R"("candidate":{"candidate":"c","sdpMLineIndex":"0","sdpMid":""})", R"("candidate":{"candidate":"c","sdpMid":""})"}) {
    EXPECT_THAT(emit(*room.doctor, "ice-candidate", bad), ElementsAre(error("Invalid ICE candidate message format", "ice-candidate")))
        << bad;
  }
  EXPECT_THAT(emit(*room.doctor, "signaling-message", R"("type":"offer","payload":{"type":"answer","sdp":"s"})"),
              ElementsAre(error("Invalid offer message format", "signaling-message")));
  EXPECT_THAT(emit(*room.doctor, "signaling-message", R"("type":"ice-candidate")"),
              ElementsAre(error("Invalid ice-candidate message format", "signaling-message")));
  EXPECT_THAT(room.patient->take(), IsEmpty());
  EXPECT_THAT(recorded(), IsEmpty()) << "what is refused is not recorded";
}

/// A payload of exactly `bytes` bytes of JSON, in the shape of its kind.
std::string sized(const std::string& kind, std::size_t bytes) {
  const bool description = kind == "offer" || kind == "answer";
  const bool plain = !description && kind != "ice-candidate";
  const std::string head = description ? "{\"type\":\"" + kind + "\",\"sdp\":\""
                           : plain     ? "\""
                                       : "{\"sdpMLineIndex\":0,\"sdpMid\":null,\"candidate\":\"";
  const std::string tail = plain ? "\"" : "\"}";
  return head + std::string(bytes - head.size() - tail.size(), 'x') + tail;
}

struct SizedSignal {
  std::string event, kind, members;  // `members` comes before the payload
};
const SizedSignal sized_signals[] = {
    {"webrtc-offer", "offer", "\"offer\":"},
    {"webrtc-answer", "answer", "\"answer\":"},
    {"ice-candidate", "ice-candidate", "\"candidate\":"},
    {"signaling-message", "offer", "\"type\":\"offer\",\"payload\":"},
    {"signaling-message", "answer", "\"type\":\"answer\",\"payload\":"},
    {"signaling-message", "ice-candidate", "\"type\":\"ice-candidate\",\"payload\":"},
    {"signaling-message", "chat", "\"type\":\"chat\",\"payload\":"},
    {"signaling-message", "join", "\"type\":\"join\",\"payload\":"},
    {"signaling-message", "leave", "\"type\":\"leave\",\"payload\":"},
};

TEST_F(Signals, a_payload_has_at_most_so_many_bytes_of_json) {
  for (const auto& [event, kind, members] : sized_signals) {
    EXPECT_THAT(emit(*room.doctor, event, members + sized(kind, limits::signalling_payload_bytes_max)), IsEmpty()) << members;
    EXPECT_THAT(room.patient->take(), SizeIs(1)) << members;
    EXPECT_THAT(emit(*room.doctor, event, members + sized(kind, limits::signalling_payload_bytes_max + 1)),
                ElementsAre(error("Signaling message too large", event)))
        << members;
    EXPECT_THAT(room.patient->take(), IsEmpty()) << members;
  }
  EXPECT_THAT(recorded(), SizeIs(std::size(sized_signals))) << "a refused message is not recorded";
}

TEST_F(Signals, the_size_counts_bytes_as_sent) {
  const std::string blanks(limits::signalling_payload_bytes_max, ' ');
  EXPECT_THAT(emit(*room.doctor, "signaling-message", "\"type\":\"chat\",\"payload\":[" + blanks + "]"),
              ElementsAre(error("Signaling message too large", "signaling-message")));
  std::string umlauts;
  while (umlauts.size() < limits::signalling_payload_bytes_max) umlauts += "ä";
  EXPECT_THAT(emit(*room.doctor, "signaling-message", "\"type\":\"chat\",\"payload\":\"" + umlauts + "\""),
              ElementsAre(error("Signaling message too large", "signaling-message")));
  EXPECT_THAT(emit(*room.doctor, "signaling-message", "\"type\":\"chat\",\"payload\":1,\"more\":\"" + umlauts + "\""), IsEmpty())
      << "members that are not relayed do not count";
}

TEST_F(Signals, size_comes_behind_access_and_type_and_before_shape) {
  const std::string large = sized("chat", limits::signalling_payload_bytes_max + 1);
  EXPECT_THAT(emit(*room.doctor, "webrtc-offer", "\"offer\":" + large), ElementsAre(error("Signaling message too large", "webrtc-offer")));
  EXPECT_THAT(emit(*room.doctor, "signaling-message", "\"type\":\"bye\",\"payload\":" + large),
              ElementsAre(error("Invalid signaling message type: bye", "signaling-message")));
  auto stranger = room.world.connect("stranger");
  EXPECT_THAT(emit(*stranger, "webrtc-offer", "\"offer\":" + large), ElementsAre(error("Unauthorized access to session", "webrtc-offer")));
}

TEST_F(Signals, an_unknown_type_is_named) {
  const std::pair<std::string, std::string> types[] = {
      {"", "undefined"},         {"\"type\":null", "null"},          {"\"type\":\"bye\"", "bye"},     {"\"type\":5", "5"},
      {"\"type\":true", "true"}, {"\"type\":{}", "[object Object]"}, {"\"type\":\"Offer\"", "Offer"}, {"\"type\":\"\"", ""}};
  for (const auto& [members, name] : types) {
    EXPECT_THAT(emit(*room.doctor, "signaling-message", members),
                ElementsAre(error("Invalid signaling message type: " + name, "signaling-message")));
  }
}

TEST_F(Signals, after_the_end_are_refused) {
  room.world.end("doctor", room.session).value();
  room.doctor->take(), room.patient->take();
  EXPECT_THAT(emit(*room.doctor, "webrtc-offer", offer), ElementsAre(error("Session has already ended", "webrtc-offer")));
  EXPECT_THAT(emit(*room.doctor, "signaling-message", R"("type":"chat")"),
              ElementsAre(error("Session has already ended", "signaling-message")));
  auto stranger = room.world.connect("stranger");
  EXPECT_THAT(emit(*stranger, "webrtc-offer", offer), ElementsAre(error("Unauthorized access to session", "webrtc-offer")))
      << "access first";
  EXPECT_THAT(room.patient->take(), IsEmpty());
}

TEST_F(Signals, an_ack_says_how_many_sockets_were_sent_it) {
  const std::pair<std::string, std::string> signals[] = {{"webrtc-offer", offer},
                                                         {"webrtc-answer", answer},
                                                         {"ice-candidate", candidate},
                                                         {"signaling-message", R"("type":"offer","payload":{"type":"offer","sdp":"s"})"},
                                                         {"signaling-message", R"("type":"chat","payload":1)"},
                                                         {"signaling-message", R"("type":"join")"}};
  const auto acked = [&](Socket& socket) {
    std::vector<std::string> acks;
    for (const auto& [event, members] : signals) {
      socket.emit(event, signal_json(room.session, members), 3);
      room.run();
      for (const std::string& received : socket.take()) acks.push_back(received);
    }
    return acks;
  };
  const auto delivered = [&](std::size_t sockets) {
    return std::vector(std::size(signals), "433[{\"success\":true,\"delivered\":" + std::to_string(sockets) + "}]");
  };
  EXPECT_EQ(acked(*room.doctor), delivered(1));
  EXPECT_THAT(room.patient->take(), SizeIs(std::size(signals)));
  auto second = room.world.connect("doctor", 1);
  EXPECT_EQ(acked(*second), delivered(2)) << "whoever did not join is sent nothing, and may send";
  room.patient->disconnect();
  room.run();
  room.doctor->take();
  EXPECT_EQ(acked(*room.doctor), delivered(0)) << "into an empty room";
}

TEST_F(Signals, an_ack_says_why_it_was_refused_and_the_error_event_stays) {
  const auto refused = [&](Socket& socket, const std::string& event, const std::string& members, const std::string& text,
                           const std::string& code) {
    socket.emit(event, signal_json(room.session, members), 3);
    room.run();
    EXPECT_THAT(socket.take(),
                ElementsAre("433[{\"success\":false,\"error\":\"" + text + "\",\"code\":\"" + code + "\"}]", error(text, event)));
  };
  auto stranger = room.world.connect("stranger", 1);
  for (const auto& [event, kind, members] : sized_signals) {
    refused(*stranger, event, members + "null", "Unauthorized access to session", "forbidden");
    refused(*room.doctor, event, members + sized(kind, limits::signalling_payload_bytes_max + 1), "Signaling message too large",
            "invalid_argument");
  }
  refused(*room.doctor, "webrtc-offer", "", "Invalid offer message format", "invalid_argument");
  refused(*room.doctor, "webrtc-answer", "", "Invalid answer message format", "invalid_argument");
  refused(*room.doctor, "ice-candidate", "", "Invalid ICE candidate message format", "invalid_argument");
  refused(*room.doctor, "signaling-message", "\"type\":\"wave\"", "Invalid signaling message type: wave", "invalid_argument");
  room.world.end("doctor", room.session).value();
  room.doctor->take();
  refused(*room.doctor, "webrtc-offer", offer, "Session has already ended", "session_ended");
  room.doctor->emit("webrtc-offer", "{}", 4);
  room.run();
  EXPECT_THAT(room.doctor->take(),
              ElementsAre(Contains("434[{\"success\":false,\"error\":\"Session not found\""), error("Session not found", "webrtc-offer")));
}

TEST_F(Signals, are_recorded_with_who_and_from_where) {
  emit(*room.doctor, "webrtc-offer", offer);
  room.world.clock.advance(std::chrono::seconds(1));
  emit(*room.patient, "signaling-message", R"("type":"chat","payload":{"x":1})");
  const auto messages = recorded();
  ASSERT_THAT(messages, SizeIs(2));
  EXPECT_EQ(messages[0].type, "chat");
  EXPECT_EQ(messages[0].payload_json, "{\"x\":1}");
  EXPECT_EQ(messages[0].sender, room.world.authenticator.users["patient"].id);
  EXPECT_EQ(messages[1].type, "offer");
  EXPECT_EQ(messages[1].payload_json, R"({"type":"offer","sdp":"v=0\r\n","extra":[1, 2]})");
  EXPECT_EQ(messages[1].user_agent, "test agent");
  EXPECT_EQ(messages[1].address, "192.0.2.1");
  EXPECT_EQ(messages[1].connection_id, "sid-doctor");
  EXPECT_NE(messages[0].id, messages[1].id);
}

TEST_F(Signals, of_one_millisecond_are_listed_newest_first) {
  for (int number = 0; number < 20; ++number)
    emit(*room.doctor, "signaling-message", R"("type":"chat","payload":)" + std::to_string(number));
  const auto messages = recorded();
  ASSERT_THAT(messages, SizeIs(20));
  for (int index = 0; index < 20; ++index) EXPECT_EQ(messages[static_cast<std::size_t>(index)].payload_json, std::to_string(19 - index));
}

TEST_F(Signals, the_record_is_for_participants) {
  emit(*room.doctor, "webrtc-offer", offer);
  recorded();
  const auto read = [&](const std::string& name, std::size_t limit) {
    auto [list, done] = expect_answer<service::SignallingList>();
    room.world.service->read_signalling(*room.world.loops[0], room.world.caller(name), {field(room.session), {.limit = limit}},
                                        std::move(done));
    room.run();
    return std::move(**list);
  };
  const auto list = read("patient", 100).value();
  EXPECT_EQ(list.session, room.session);
  ASSERT_THAT(list.page.messages, SizeIs(1));
  ASSERT_THAT(list.users, SizeIs(1));
  EXPECT_EQ(list.users[0].name, "doctor");
  EXPECT_EQ(read("stranger", 100).error().message, "Unauthorized access to session");
  EXPECT_EQ(read("admin", 100).error().message, "Unauthorized access to session");
  room.world.store.fail_reads({ErrorCode::store_failed, "The store failed", {}});
  EXPECT_EQ(read("patient", 100).error().code, ErrorCode::store_failed);
}

service::ServiceConfig limited(std::uint32_t limit) {
  auto config = World::unlimited();
  config.rates.offer = config.rates.answer = config.rates.ice_candidate = limit;
  config.rates.signalling_chat = config.rates.join_leave = limit;
  return config;
}

TEST(SignalRate, comes_before_access_for_events_of_their_own) {
  Room room(limited(2));
  auto stranger = room.world.connect("stranger");
  const std::tuple<const char*, const char*, std::string> events[] = {
      {"webrtc-offer", "offer", offer}, {"webrtc-answer", "answer", answer}, {"ice-candidate", "ICE candidate", candidate}};
  for (const auto& [event, called, members] : events) {
    for (int count = 0; count < 3; ++count) stranger->emit(event, signal_json(room.session, members));
    room.run();
    EXPECT_THAT(stranger->take(), ElementsAre(Contains("Unauthorized"), Contains("Unauthorized"),
                                              "42[\"error\",{\"message\":\"Rate limit exceeded for " + std::string(called) +
                                                  " messages\",\"type\":\"" + event + "\"}]"));
  }
}

TEST(SignalRate, counts_messages_that_are_too_large) {
  Room room(limited(1));
  for (const auto& [event, kind, members] : sized_signals) {
    room.world.clock.advance(std::chrono::seconds(60));
    for (int count = 0; count < 2; ++count) {
      room.doctor->emit(event, signal_json(room.session, members + sized(kind, limits::signalling_payload_bytes_max + 1)));
    }
    room.run();
    EXPECT_THAT(room.doctor->take(), ElementsAre(Contains("Signaling message too large"), Contains("Rate limit exceeded"))) << members;
  }
}

TEST(SignalRate, is_shared_by_both_ways_of_sending_a_kind) {
  Room room(limited(2));
  room.doctor->emit("webrtc-offer", signal_json(room.session, offer));
  for (int count = 0; count < 2; ++count) {
    room.doctor->emit("signaling-message", signal_json(room.session, R"("type":"offer","payload":{"type":"offer","sdp":"s"})"));
  }
  room.run();
  EXPECT_THAT(room.doctor->take(), ElementsAre(Contains("Rate limit exceeded for offer messages")));
  EXPECT_THAT(room.patient->take(), SizeIs(2));
}

TEST(SignalRate, counts_joins_leaves_and_chats_each_for_themselves) {
  Room room(limited(1));
  for (const char* type : {"join", "leave", "chat"}) {
    for (int count = 0; count < 2; ++count) {
      room.doctor->emit("signaling-message", signal_json(room.session, "\"type\":\"" + std::string(type) + "\""));
    }
    room.run();
    EXPECT_THAT(room.doctor->take(), ElementsAre(Contains("Rate limit exceeded for " + std::string(type) + " messages")));
  }
}

TEST(SignalRate, an_ack_says_how_long_to_wait) {
  Room room(limited(1));
  for (std::uint64_t ack = 1; ack <= 2; ++ack) room.doctor->emit("webrtc-offer", signal_json(room.session, offer), ack);
  room.run();
  EXPECT_THAT(room.doctor->take(),
              ElementsAre("431[{\"success\":true,\"delivered\":1}]",
                          "432[{\"success\":false,\"error\":\"Rate limit exceeded for offer messages\",\"code\":\"rate_limited\","
                          "\"retryAfter\":60}]",
                          "42[\"error\",{\"message\":\"Rate limit exceeded for offer messages\",\"type\":\"webrtc-offer\"}]"));
}

TEST(SignalRate, survives_a_disconnect_and_ends_with_its_window) {
  Room room(limited(1));
  room.doctor->emit("webrtc-offer", signal_json(room.session, offer));
  room.doctor->disconnect();
  room.doctor = room.world.connect("doctor");
  room.doctor->emit("webrtc-offer", signal_json(room.session, offer));
  room.run();
  EXPECT_THAT(room.doctor->take(), ElementsAre(Contains("Rate limit exceeded")));
  room.world.clock.advance(std::chrono::milliseconds(59'999));
  room.doctor->emit("webrtc-offer", signal_json(room.session, offer));
  room.run();
  EXPECT_THAT(room.doctor->take(), ElementsAre(Contains("Rate limit exceeded")));
  room.world.clock.advance(std::chrono::milliseconds(1));
  room.doctor->emit("webrtc-offer", signal_json(room.session, offer));
  room.run();
  EXPECT_THAT(room.doctor->take(), IsEmpty());
}

TEST(SignalRate, halves_above_four_fifths_of_the_connections) {
  auto config = limited(4);
  config.connections_total_max = 5;
  Room room(config);
  auto third = room.world.connect("doctor");
  auto fourth = room.world.connect("doctor");
  const auto relayed = [&](Socket& socket) {
    room.patient->take();
    for (int count = 0; count < 6; ++count) socket.emit("webrtc-offer", signal_json(room.session, offer));
    room.run();
    return room.patient->take("webrtc-offer").size();
  };
  EXPECT_EQ(relayed(*room.doctor), 4u) << "at 80 % nothing changes";
  room.world.clock.advance(std::chrono::seconds(60));
  auto fifth = room.world.connect("doctor");
  EXPECT_EQ(relayed(*room.doctor), 2u);
}

}  // namespace
}  // namespace parley::test
