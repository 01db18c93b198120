// One message, from its socket or request to the log, the ack and the room.
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "domain/chain.hpp"
#include "support/seeded_entropy.hpp"
#include "unit/service/world.hpp"

namespace parley::test {
namespace {

using domain::MessageView;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::string refusal_of(const Result<MessageView>& answer) {
  return answer ? "accepted" : answer.error().message;
}

TEST(Publish, a_message_reaches_the_log_the_sender_and_the_room) {
  Room room;
  room.say(*room.doctor, "hello", "", 2);
  room.run();

  const auto at_doctor = room.doctor->take();
  ASSERT_THAT(at_doctor, SizeIs(2));
  EXPECT_THAT(at_doctor[0], AllOf(Contains("432[{\"success\":true,\"chatMessage\":{\"id\":\""), Contains("\"message\":\"hello\"")));
  EXPECT_THAT(at_doctor[1], Contains("42[\"chat-message\",{\"id\":\""));
  EXPECT_THAT(room.patient->take(), ElementsAre(at_doctor[1])) << "a room is encoded once";
  EXPECT_THAT(room.world.texts(room.session), ElementsAre("hello"));
  const auto log = room.world.log_of(room.session);
  ASSERT_EQ(log.size(), 3u);
  EXPECT_EQ(log[2].core.kind, domain::EntryKind::text);
  EXPECT_EQ(room.world.relay.published.back(), std::pair(room.session, 3u)) << "the other nodes are told";
}

TEST(Publish, a_session_is_full_of_texts_before_it_is_full) {
  World world;
  const SessionId session = world.create();
  const SessionNumber number = world.number_of(session);
  domain::Head head = domain::head_after(world.log_of(session).back());
  head.seq = limits::text_seq_max - 2;
  SeededEntropy entropy(9);
  domain::Draft draft;
  draft.time = world.clock.now();
  draft.sender = world.caller("doctor").user.id;
  draft.sender_role = {"doctor"};
  draft.text = "almost the last";
  world.store.continue_at(number, domain::chain(head, number, std::move(draft), entropy).encoded);
  world.restart();

  const auto last = world.send("doctor", session, "the last").value();
  EXPECT_EQ(last.position.seq, limits::text_seq_max);
  const auto refused = world.send("doctor", session, "one more");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::session_full);
  EXPECT_TRUE(world.end("doctor", session)) << "the rest is kept for end, deletion and hold";
  EXPECT_EQ(world.log_of(session).back().core.seq, limits::text_seq_max + 1);
}

TEST(Publish, a_message_stored_over_rest_reaches_the_room) {
  Room room;
  const auto stored = room.world.send("doctor", room.session, "from the fallback");
  ASSERT_TRUE(stored.has_value());
  EXPECT_EQ(stored->sender.email, "doctor@example.org");
  EXPECT_EQ(stored->sender_role.name, "doctor");
  EXPECT_EQ(stored->freshness, MessageView::Freshness::fresh);
  for (Socket* socket : {room.doctor.get(), room.patient.get()}) {
    EXPECT_THAT(socket->take(),
                ElementsAre(AllOf(Contains("chat-message"), Contains("from the fallback"), Contains(stored->id.to_string()))));
  }
}

TEST(Publish, sending_needs_participation_not_joining) {
  World world;
  const SessionId session = world.create();
  auto doctor = world.connect("doctor");
  doctor->emit("chat-message", message_json(session, "hello"), 7);
  world.run();
  EXPECT_THAT(doctor->take(), ElementsAre(Contains("437[{\"success\":true"))) << "the ack alone: the sender is not in the room";
  EXPECT_EQ(world.get("doctor", session)->row.status, domain::SessionStatus::created) << "sending starts nothing";
}

TEST(Publish, without_an_ack_the_work_is_done_all_the_same) {
  Room room;
  room.say(*room.doctor, "quietly");
  room.run();
  EXPECT_THAT(room.doctor->take(), ElementsAre(Contains("42[\"chat-message\"")));
  EXPECT_THAT(room.world.texts(room.session), ElementsAre("quietly"));
}

TEST(Publish, live_events_say_what_came_before_them) {
  Room room;
  room.say(*room.doctor, "one");
  room.say(*room.doctor, "two");
  room.run();
  const auto events = room.patient->take("chat-message");
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_THAT(events[0], AllOf(Contains("\"seq\":3"), Not(Contains("\"prev\""))));
  EXPECT_THAT(events[1], AllOf(Contains("\"seq\":4"), Contains("\"prev\":3")));
}

TEST(Publish, over_rest_the_form_comes_before_access) {
  World world;
  const SessionId session = world.create();
  const std::string too_long(1001, 'x');
  const auto ask = [&](const std::string& name, SessionField where, TextField message) {
    auto [answer, done] = expect_answer<MessageView>();
    world.service->send_message(*world.loops[1], world.caller(name), {where, message, {}}, std::move(done));
    world.run();
    return refusal_of(**answer);
  };
  const SessionField nowhere{SessionField::State::falsy, {}};
  const SessionField foreign{SessionField::State::foreign, {}};
  const SessionField unknown = field(SessionId::from_random({1, 2, 3}));
  const TextField number{TextField::State::not_text, {}};
  EXPECT_EQ(ask("doctor", nowhere, text_field("hi")), "Session ID and message are required");
  EXPECT_EQ(ask("doctor", field(session), {}), "Session ID and message are required");
  EXPECT_EQ(ask("doctor", field(session), text_field(" \n\t")), "Session ID and message are required");
  EXPECT_EQ(ask("doctor", foreign, number), "Message must be a string");
  EXPECT_EQ(ask("doctor", foreign, text_field(too_long)), "Message too long (max 1000 characters)");
  EXPECT_EQ(ask("doctor", foreign, text_field("hi")), "Session not found");
  EXPECT_EQ(ask("doctor", unknown, text_field("hi")), "Session not found");
  EXPECT_EQ(ask("stranger", field(session), text_field(too_long)), "Message too long (max 1000 characters)");
  EXPECT_EQ(ask("stranger", field(session), text_field("hi")), "Unauthorized access to session");
  EXPECT_EQ(ask("admin", field(session), text_field("hi")), "Unauthorized access to session");
  ASSERT_TRUE(world.end("doctor", session).has_value());
  EXPECT_EQ(ask("stranger", field(session), text_field("hi")), "Unauthorized access to session");
  EXPECT_EQ(ask("patient", field(session), text_field("hi")), "Session has already ended");
  EXPECT_THAT(world.texts(session), IsEmpty());
}

TEST(Publish, over_a_socket_access_comes_before_content) {
  World world;
  const SessionId session = world.create();
  auto doctor = world.connect("doctor");
  auto stranger = world.connect("stranger", 1);
  const auto ask = [&](Socket& socket, const std::string& json) {
    socket.emit("chat-message", json, 1);
    world.run();
    return socket.take();
  };
  const auto refused = [](const std::string& text, const std::string& code) {
    return ElementsAre("431[{\"success\":false,\"error\":\"" + text + "\",\"code\":\"" + code + "\"}]",
                       "42[\"error\",{\"message\":\"" + text + "\"}]");
  };
  const std::string id = session.to_string();
  for (const std::string falsy :
       {"{}", "null", "{\"sessionId\":\"\",\"message\":\"x\"}", "{\"sessionId\":0}", "[]", "7", "\"x\"", "true"}) {
    EXPECT_THAT(ask(*doctor, falsy), refused("Session ID and message are required", "invalid_argument")) << falsy;
  }
  for (const std::string foreign : {"{\"sessionId\":{\"$ne\":null}}", "{\"sessionId\":1}", "{\"sessionId\":\"x\"}",
                                    "{\"sessionId\":\"0b1e8a6e-9f3d-4c5a-8b7c-1d2e3f405162\"}"}) {
    EXPECT_THAT(ask(*doctor, foreign), refused("Session not found", "not_found")) << foreign;
  }
  EXPECT_THAT(ask(*stranger, "{\"sessionId\":\"" + id + "\"}"), refused("Unauthorized access to session", "forbidden"));
  for (const std::string message : {"null", "\"\"", "0", "false", "\"  \"", "\"\\u0000\\u0007\""}) {
    EXPECT_THAT(ask(*doctor, "{\"sessionId\":\"" + id + "\",\"message\":" + message + "}"),
                refused("Session ID and message are required", "invalid_argument"))
        << message;
  }
  for (const std::string message : {"5", "true", "[]", "{}"}) {
    EXPECT_THAT(ask(*doctor, "{\"sessionId\":\"" + id + "\",\"message\":" + message + "}"),
                refused("Message must be a string", "invalid_argument"))
        << message;
  }
  EXPECT_THAT(ask(*doctor, message_json(session, std::string(1001, 'x'))),
              refused("Message too long (max 1000 characters)", "invalid_argument"));
  EXPECT_THAT(ask(*doctor, message_json(session, "x", std::string(65, 'k'))), refused("Invalid clientMessageId", "invalid_argument"));
  world.end("doctor", session).value();
  EXPECT_THAT(ask(*doctor, message_json(session, std::string(1001, 'x'))), refused("Session has already ended", "session_ended"));
}

TEST(Publish, limits_of_length_hold_exactly) {
  World world;
  const SessionId session = world.create();
  EXPECT_TRUE(world.send("doctor", session, std::string(1000, 'x')).has_value());
  EXPECT_EQ(refusal_of(world.send("doctor", session, std::string(1001, 'x'))), "Message too long (max 1000 characters)");
  std::string emoji;
  for (int count = 0; count < 500; ++count) emoji += "😀";
  EXPECT_TRUE(world.send("doctor", session, emoji).has_value());
  EXPECT_EQ(refusal_of(world.send("doctor", session, emoji + "😀")), "Message too long (max 1000 characters)");
  EXPECT_TRUE(world.send("doctor", session, "x", std::string(64, 'k')).has_value());
}

std::string units(std::size_t count) {
  return std::string(count, 'x');
}

TEST(Publish, the_length_that_is_set_holds_exactly_over_every_path) {
  for (const std::size_t length : {std::size_t{1}, limits::message_utf16_units_default, limits::message_utf16_units_max}) {
    auto config = World::unlimited();
    config.message_length_max = length;
    Room room(config);
    const std::string too_long = "Message too long (max " + std::to_string(length) + " characters)";
    EXPECT_TRUE(room.world.send("doctor", room.session, units(length)).has_value());
    EXPECT_EQ(refusal_of(room.world.send("doctor", room.session, units(length + 1))), too_long);
    EXPECT_EQ(refusal_of(room.world.send("doctor", room.session, units(limits::message_utf16_units_max + 1), "key")), too_long);
    room.run();
    room.doctor->take();
    room.say(*room.doctor, units(length), "", 1);
    room.run();
    EXPECT_THAT(room.doctor->take(), ::testing::Contains(Contains("\"success\":true")));
    room.say(*room.doctor, units(length + 1), "", 2);
    room.run();
    EXPECT_THAT(room.doctor->take(), ::testing::Contains(Contains(too_long)));
    EXPECT_THAT(room.world.texts(room.session), ElementsAre(units(length), units(length)));
  }
}

TEST(Publish, the_longest_texts_of_every_character_size_are_stored_exactly) {
  auto config = World::unlimited();
  config.message_length_max = limits::message_utf16_units_max;
  World world(config);
  const SessionId session = world.create();
  std::vector<std::string> sent;
  for (const auto& [character, count] : std::vector<std::pair<std::string, std::size_t>>{{"a", limits::message_utf16_units_max},
                                                                                         {"ü", limits::message_utf16_units_max},
                                                                                         {"世", limits::message_utf16_units_max},
                                                                                         {"😀", limits::message_utf16_units_max / 2}}) {
    std::string text;
    for (std::size_t index = 0; index < count; ++index) text += character;
    sent.push_back(text);
    EXPECT_EQ(world.send("doctor", session, text)->text, text);
    EXPECT_FALSE(world.send("doctor", session, text + "a").has_value());
  }
  world.restart();
  EXPECT_EQ(world.texts(session), sent);
}

TEST(Publish, control_characters_are_removed_and_the_rest_is_kept) {
  Room room;
  room.doctor->emit("chat-message", "{\"sessionId\":\"" + room.session.to_string() + "\",\"message\":\" a\\u0000\\n<b>\\u007f\\ud800 \"}");
  room.run();
  EXPECT_THAT(room.world.texts(room.session), ElementsAre(" a\n<b>\uFFFD "));
  EXPECT_THAT(room.patient->take(), ElementsAre(Contains("\"message\":\" a\\n<b>\uFFFD \"")));
}

TEST(Publish, the_role_of_a_sender_is_that_of_the_session) {
  World world;
  const SessionId session = world.create();
  world.authenticator.users["patient"].role = {"doctor"};  // the role of the account has changed since
  EXPECT_EQ(world.send("patient", session, "hi")->sender_role.name, "patient");
}

TEST(Publish, the_chat_rate_counts_socket_sends_only) {
  auto config = World::unlimited();
  config.rates.chat = 2;
  Room room(config);
  for (int count = 0; count < 5; ++count) EXPECT_TRUE(room.world.send("doctor", room.session, "rest").has_value());
  for (std::uint64_t ack = 1; ack <= 3; ++ack) room.say(*room.doctor, "socket", "", ack);
  room.run();
  const auto answers = room.doctor->take();
  EXPECT_THAT(
      answers,
      ::testing::Contains(
          "433[{\"success\":false,\"error\":\"Rate limit exceeded for chat messages\",\"code\":\"rate_limited\",\"retryAfter\":60}]"));
  EXPECT_THAT(answers, ::testing::Contains("42[\"error\",{\"message\":\"Rate limit exceeded for chat messages\"}]"));
  EXPECT_EQ(room.world.texts(room.session).size(), 7u);
  EXPECT_EQ(room.world.service->counts().refused_rate_limited, 1u);

  room.patient->emit("chat-message", message_json(room.session, "mine"), 4);
  room.run();
  EXPECT_THAT(room.patient->take(), ::testing::Contains(Contains("434[{\"success\":true"))) << "each user has a window of their own";

  room.world.clock.advance(std::chrono::seconds(60));
  room.say(*room.doctor, "again", "", 5);
  room.run();
  EXPECT_THAT(room.doctor->take(), ::testing::Contains(Contains("435[{\"success\":true")));
}

TEST(Publish, rate_comes_before_content_and_behind_the_end) {
  auto config = World::unlimited();
  config.rates.chat = 1;
  Room room(config);
  room.say(*room.doctor, "the one");
  room.run();
  room.doctor->take();
  room.doctor->emit("chat-message", session_json(room.session), 1);  // this payload has no message
  room.run();
  EXPECT_THAT(room.doctor->take().front(), Contains("Rate limit exceeded"));
  room.world.end("doctor", room.session).value();
  room.doctor->take();
  room.say(*room.doctor, "late", "", 2);
  room.run();
  EXPECT_THAT(room.doctor->take().front(), Contains("Session has already ended"));
}

TEST(Publish, windows_survive_a_disconnect) {
  auto config = World::unlimited();
  config.rates.chat = 1;
  Room room(config);
  room.say(*room.doctor, "the one");
  room.run();
  room.doctor->disconnect();
  room.doctor = room.world.connect("doctor");
  room.say(*room.doctor, "another", "", 1);
  room.run();
  EXPECT_THAT(room.doctor->take().front(), Contains("Rate limit exceeded"));
}

TEST(Publish, counts_what_is_stored_and_delivered) {
  Room room;
  const auto before = room.world.service->counts();
  room.say(*room.doctor, "one");
  room.run();
  const auto after = room.world.service->counts();
  EXPECT_EQ(after.messages_stored - before.messages_stored, 1u);
  EXPECT_EQ(after.messages_delivered - before.messages_delivered, 2u);
  EXPECT_EQ(after.members_joined, 2u);
  EXPECT_EQ(after.connections, 2u);
  EXPECT_EQ(after.sessions_loaded, 1u);
}

}  // namespace
}  // namespace parley::test
