// Accepts and refuses sockets (docs/api-contract.md §6.2), and survives any input from them (§6.3).
#include <gtest/gtest.h>

#include "unit/service/world.hpp"

namespace parley::test {
namespace {

using ::testing::IsEmpty;

TEST(Connect, the_token_is_that_of_auth_else_that_of_the_query) {
  World world;
  EXPECT_EQ(world.connect_raw(R"({"token":"doctor"})", "")->refusal, "");
  EXPECT_EQ(world.connect_raw("", "EIO=4&token=doctor&transport=websocket")->refusal, "");
  EXPECT_EQ(world.connect_raw(R"({"token":""})", "token=doctor")->refusal, "");
  EXPECT_EQ(world.connect_raw(R"({"token":null})", "token=%64octor")->refusal, "");
}

TEST(Connect, refusals_are_those_of_the_contract) {
  World world;
  const std::string required = "Authentication token required";
  const std::string invalid = "Invalid authentication token";
  EXPECT_EQ(world.connect_raw("", "")->refusal, required);
  EXPECT_EQ(world.connect_raw("{}", "token=")->refusal, required);
  EXPECT_EQ(world.connect_raw(R"({"token":false})", "EIO=4")->refusal, required);
  EXPECT_EQ(world.connect_raw(R"({"token":"forged"})", "token=doctor")->refusal, invalid) << "not rescued by the query";
  EXPECT_EQ(world.connect_raw(R"({"token":5})", "token=doctor")->refusal, invalid);
  EXPECT_EQ(world.connect_raw(R"({"token":{"a":1}})", "token=doctor")->refusal, invalid);
  EXPECT_EQ(world.connect_raw(R"({"token":"revoked"})", "")->refusal, invalid);
  EXPECT_EQ(world.connect_raw("", "token=forged")->refusal, invalid);
  EXPECT_EQ(world.connect_raw(R"({"token":"nobody"})", "")->refusal, "User not found");
  EXPECT_EQ(world.service->counts().connections, 0u);
  EXPECT_EQ(world.service->counts().connections_refused, 9u);
}

TEST(Connect, limits_hold_exactly_and_come_before_and_behind_the_token) {
  auto config = World::unlimited();
  config.connections_per_user_max = 2;
  config.connections_per_address_max = 3;
  config.connections_total_max = 4;
  World world(config);
  auto a = world.connect("doctor", 0, "192.0.2.1");
  auto b = world.connect("doctor", 1, "192.0.2.1");
  EXPECT_EQ(world.connect("doctor", 0, "192.0.2.1")->refusal, "Too many connections for this user");
  auto c = world.connect("patient", 0, "192.0.2.1");
  EXPECT_EQ(c->refusal, "");
  EXPECT_EQ(world.connect("forged", 0, "192.0.2.1")->refusal, "Too many connections from this IP address");
  EXPECT_EQ(world.connect("forged", 0, "192.0.2.2")->refusal, "Invalid authentication token");
  auto d = world.connect("patient", 0, "192.0.2.2");
  EXPECT_EQ(world.connect("forged", 0, "192.0.2.3")->refusal, "Server at capacity, please try again later");
  a->disconnect();
  EXPECT_EQ(world.connect("doctor", 0, "192.0.2.2")->refusal, "") << "a place is free again";
}

TEST(Connect, a_refused_socket_takes_no_place) {
  auto config = World::unlimited();
  config.connections_total_max = 1;
  World world(config);
  for (int count = 0; count < 5; ++count) EXPECT_NE(world.connect("forged")->refusal, "");
  EXPECT_EQ(world.connect("doctor")->refusal, "");
}

TEST(Connect, a_user_agent_is_cut_and_is_always_text) {
  World world;
  auto socket = std::make_unique<Socket>();
  const std::string agent = std::string(511, 'a') + "\u00e9";
  for (const std::string& given : {agent, std::string("\xFF\xFE")}) {
    socket->peer = std::make_shared<TestPeer>(*world.loops[0], protocol::socketio::Handshake{"s", "192.0.2.1", given, "token=doctor"});
    world.service->namespace_handler().on_connect({"/", ""}, socket->peer,
                                                  [&](auto decision) { socket->handler = std::move(decision->socket); });
    ASSERT_NE(socket->handler, nullptr);
    const SessionId session = given == agent ? world.create() : SessionId();
    if (given != agent) continue;
    socket->emit("signaling-message", "{\"sessionId\":\"" + session.to_string() + "\",\"type\":\"chat\",\"payload\":1}");
    world.run();
    world.send("doctor", session, "commit").value();
    EXPECT_EQ(world.store.newest(world.number_of(session), session, {.limit = 1})->messages[0].user_agent, std::string(511, 'a'));
  }
}

TEST(ClientSession, survives_any_payload_of_any_event_with_and_without_an_ack) {
  Room room;
  const std::string id = "\"" + room.session.to_string() + "\"";
  const std::string payloads[] = {"",
                                  "null",
                                  "true",
                                  "0",
                                  "1e999",
                                  "-0.0",
                                  "\"text\"",
                                  "[]",
                                  "[[[]]]",
                                  "{}",
                                  "{\"sessionId\":null}",
                                  "{\"sessionId\":{}}",
                                  "{\"sessionId\":[" + id + "]}",
                                  "{\"sessionId\":" + id + "}",
                                  "{\"sessionId\":" + id + ",\"message\":{},\"offer\":5,\"answer\":null,\"candidate\":[],\"type\":{}}",
                                  "{\"_placeholder\":true,\"num\":0}",
                                  "{\"sessionId\":" + id + ",\"message\":{\"_placeholder\":true,\"num\":0}}",
                                  "{\"patientId\":{\"$ne\":1}}",
                                  "{\"patientId\":" + id + "}"};
  const Bytes attachment = "binary";
  for (const char* event : {"create-session", "join-session", "chat-message", "webrtc-offer", "webrtc-answer", "ice-candidate",
                            "signaling-message", "ping", "entries", "no such event", "", "__proto__"}) {
    for (const std::string& payload : payloads) {
      const std::string array = "[\"" + std::string(event) + "\"" + (payload.empty() ? "" : "," + payload) + "]";
      room.doctor->handler->on_event({event, array, std::nullopt, {&attachment, 1}});
      room.doctor->handler->on_event({event, array, 5, {}});
      room.run();
      for (const std::string& packet : room.doctor->take()) {
        EXPECT_EQ(packet.find("placeholder\":true,\"num\":0,\"error"), std::string::npos);
        for (const char* internal : {"Cast to", "destructure", "validation failed", "std::", "simdjson"}) {
          EXPECT_EQ(packet.find(internal), std::string::npos) << packet;
        }
      }
    }
  }
  room.doctor->handler->on_ack(1, "[]", {});
  EXPECT_THAT(room.world.texts(room.session), IsEmpty());
  room.say(*room.doctor, "still alive", "", 1);
  room.run();
  EXPECT_THAT(room.doctor->take().front(), Contains("431[{\"success\":true"));
}

TEST(ClientSession, pings_and_unknown_events_are_ignored) {
  Room room;
  room.doctor->emit("ping", "{\"timestamp\":1}", 1);
  room.doctor->emit("whatever", "{}", 2);
  room.run();
  EXPECT_THAT(room.doctor->take(), IsEmpty());
  EXPECT_THAT(room.patient->take(), IsEmpty());
}

}  // namespace
}  // namespace parley::test
