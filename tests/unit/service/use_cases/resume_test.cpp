// Resume at a position, then live events: no gap, no repeat, no buffering, for any events in between (P5).
#include <gtest/gtest.h>

#include <random>
#include <regex>

#include "base/limits.hpp"
#include "unit/service/world.hpp"

namespace parley::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::string after_json(const SessionId& session, std::string_view after_value, std::string_view more = "") {
  return "{\"sessionId\":\"" + session.to_string() + "\",\"after\":" + std::string(after_value) + std::string(more) + "}";
}
std::string quoted(const domain::Position& position) {
  return "\"" + position.to_string() + "\"";
}

/// The seqs of the texts in a packet, in its order. The packet is a live event or an answer with entries.
std::vector<std::uint32_t> texts_in(const std::string& packet) {
  static const std::regex text("\"messageType\":\"text\",\"seq\":([0-9]+)");
  std::vector<std::uint32_t> seqs;
  for (std::sregex_iterator at(packet.begin(), packet.end(), text), end; at != end; ++at) seqs.push_back(std::stoul((*at)[1]));
  return seqs;
}
std::string to_of(const std::string& ack) {
  static const std::regex to("\"to\":(\"[^\"]*\")");
  std::smatch found;
  return std::regex_search(ack, found, to) ? found[1].str() : "";
}

class Resume : public ::testing::Test {
 protected:
  Resume() { room.world.run(); }
  void say(int count) {
    for (int index = 0; index < count; ++index) {
      room.say(*room.doctor, "t");
      room.run();
    }
  }
  std::unique_ptr<Socket> late_patient() { return room.world.connect("patient", 1); }
  /// The only packet that the socket received. The test fails if there is none or more than one.
  std::string only(Socket& socket) {
    room.run();
    auto packets = socket.take();
    EXPECT_THAT(packets, SizeIs(1));
    return packets.empty() ? "" : packets[0];
  }
  domain::Position head() { return room.world.log_of(room.session).back().position(); }

  Room room;
};

TEST_F(Resume, gives_what_was_missed_and_then_what_comes) {
  say(2);
  const domain::Position seen = head();
  say(2);
  auto late = late_patient();
  late->emit("join-session", after_json(room.session, quoted(seen)), 7);
  room.doctor->take();
  const std::string ack = only(*late);
  EXPECT_THAT(ack,
              AllOf(Contains("437[{\"success\":true,\"session\":"), Contains("\"resume\":{\"from\":" + quoted(seen)),
                    Contains("\"to\":" + quoted(head())), Contains("\"count\":2"), Contains("\"more\":false"), Not(Contains("reset"))));
  EXPECT_THAT(texts_in(ack), ElementsAre(seen.seq + 1, seen.seq + 2));
  say(1);
  EXPECT_THAT(texts_in(only(*late)), ElementsAre(seen.seq + 3));
}

TEST_F(Resume, without_after_is_no_resume) {
  auto late = late_patient();
  late->emit("join-session", session_json(room.session), 7);
  EXPECT_THAT(only(*late), Not(Contains("resume")));
}

TEST_F(Resume, from_nothing_gives_everything) {
  say(1);
  for (const char* nothing : {"null", "\"\"", "0", "\"0\""}) {
    auto late = late_patient();
    late->emit("join-session", after_json(room.session, nothing), 7);
    EXPECT_THAT(only(*late), AllOf(Contains("\"from\":\"0."), Contains("\"kind\":\"created\""), Contains("\"kind\":\"participant\""),
                                   Contains("\"count\":3")));
  }
}

TEST_F(Resume, at_a_position_of_another_history_says_so_and_begins_anew) {
  say(1);
  domain::Position other = head();
  other.proof ^= 1;
  auto late = late_patient();
  late->emit("join-session", after_json(room.session, quoted(other)), 7);
  EXPECT_THAT(only(*late), AllOf(Contains("\"reset\":true"), Contains("\"count\":3")));
}

TEST_F(Resume, at_nonsense_is_refused_to_participants_by_name) {
  for (const char* nonsense : {"\"x\"", "-1", "1.5", "true", "{}", "[]", "\"1.zz\"", "16777216"}) {
    auto late = late_patient();
    late->emit("join-session", after_json(room.session, nonsense), 7);
    EXPECT_THAT(only(*late), AllOf(Contains("\"success\":false"), Contains("Invalid after"), Contains("invalid_argument"))) << nonsense;
    auto stranger = room.world.connect("stranger");
    stranger->emit("join-session", after_json(room.session, nonsense), 7);
    EXPECT_THAT(only(*stranger), Contains("Unauthorized access to session"));
  }
  EXPECT_EQ(room.world.get("doctor", room.session)->participant_count, 2u) << "nobody entered";
}

TEST_F(Resume, is_not_live_before_it_has_it_all) {
  say(5);
  auto late = late_patient();
  late->emit("join-session", after_json(room.session, "0", ",\"limit\":3"), 1);
  const std::string first = only(*late);
  EXPECT_THAT(first, AllOf(Contains("\"more\":true"), Contains("\"count\":3")));
  say(1);
  EXPECT_THAT(late->take(), IsEmpty()) << "it would have a gap before it";
  auto other = room.world.connect("doctor");
  other->emit("join-session", session_json(room.session));
  room.run();
  EXPECT_THAT(late->take("user-joined"), SizeIs(1)) << "presence is not in the log";

  late->emit("entries", after_json(room.session, to_of(first), ",\"limit\":3"), 2);
  const std::string second = only(*late);
  EXPECT_THAT(second, Contains("\"more\":true"));
  late->emit("entries", after_json(room.session, to_of(second), ",\"limit\":200"), 3);
  const std::string third = only(*late);
  EXPECT_THAT(third,
              AllOf(Contains("433[{\"success\":true,\"from\":" + to_of(second)), Contains("\"more\":false"), Contains("\"count\":2")));
  say(1);
  EXPECT_THAT(texts_in(only(*late)), ElementsAre(9));
}

TEST_F(Resume, reading_elsewhere_makes_nobody_live) {
  say(5);
  auto late = late_patient();
  late->emit("join-session", after_json(room.session, "0", ",\"limit\":1"), 1);
  only(*late);
  late->emit("entries", "{\"sessionId\":\"" + room.session.to_string() + "\",\"before\":4}", 2);
  EXPECT_THAT(only(*late), AllOf(Contains("\"more\":false"), Contains("\"count\":3")));
  say(1);
  EXPECT_THAT(late->take(), IsEmpty());
}

TEST_F(Resume, given_up_by_a_plain_join_is_live) {
  say(5);
  auto late = late_patient();
  late->emit("join-session", after_json(room.session, "0", ",\"limit\":1"), 1);
  only(*late);
  late->emit("join-session", session_json(room.session), 2);
  only(*late);
  say(1);
  EXPECT_THAT(late->take("chat-message"), SizeIs(1));
}

TEST_F(Resume, of_a_live_member_changes_nothing_and_tells_no_one) {
  say(1);
  room.patient->take();
  room.doctor->take();
  room.patient->emit("join-session", after_json(room.session, "0", ",\"limit\":1"), 1);
  EXPECT_THAT(only(*room.patient), Contains("\"more\":true"));
  EXPECT_THAT(room.doctor->take(), IsEmpty());
  say(1);
  EXPECT_THAT(room.patient->take("chat-message"), SizeIs(1)) << "it stays live";
}

TEST_F(Resume, waits_for_what_is_being_committed_and_shows_it_once) {
  say(1);
  room.world.store.hold_commits();
  room.say(*room.doctor, "in flight");
  room.run();
  auto late = late_patient();
  late->emit("join-session", after_json(room.session, "0"), 1);
  room.run();
  EXPECT_THAT(late->take(), IsEmpty()) << "P1: nothing shows what is not durable, and no answer would be the whole";
  room.world.store.release_commits();
  const std::string ack = only(*late);
  EXPECT_THAT(texts_in(ack), ElementsAre(3, 4));
  EXPECT_THAT(ack, Contains("\"more\":false"));
}

TEST_F(Resume, holds_back_what_is_sent_while_it_reads_and_then_it_is_live) {
  say(1);
  room.world.store.hold_reads();
  auto late = late_patient();
  late->emit("join-session", after_json(room.session, "0"), 1);
  room.run();
  room.say(*room.doctor, "meanwhile", "", 9);
  room.run();
  EXPECT_THAT(late->take(), IsEmpty());
  room.world.store.release_reads();
  room.run();
  const auto packets = late->take();
  ASSERT_THAT(packets, SizeIs(2));
  EXPECT_THAT(texts_in(packets[0]), ElementsAre(3));
  EXPECT_THAT(texts_in(packets[1]), ElementsAre(4)) << "after the answer, once";
}

TEST_F(Resume, of_an_ended_session_goes_beside_the_refusal) {
  say(2);
  room.world.end("doctor", room.session).value();
  auto late = late_patient();
  late->emit("join-session", after_json(room.session, "3"), 1);
  EXPECT_THAT(only(*late), AllOf(Contains("\"success\":false,\"error\":\"Session has already ended\",\"code\":\"session_ended\""),
                                 Contains("\"resume\":{\"from\":\"3."), Contains("\"kind\":\"ended\""), Not(Contains("iceServers"))));
  late->disconnect();
  room.run();
  EXPECT_THAT(room.doctor->take("user-left"), IsEmpty()) << "it never entered";
}

TEST_F(Resume, that_cannot_be_read_is_refused_and_the_room_is_left_all_the_same) {
  say(1);
  room.world.store.fail_reads({ErrorCode::store_failed, "The store has failed", {}});
  auto late = late_patient();
  late->emit("join-session", after_json(room.session, "0"), 1);
  EXPECT_THAT(only(*late), AllOf(Contains("\"success\":false"), Contains("store_failed"), Not(Contains("resume"))));
  room.world.store.mend_reads();
  say(1);
  EXPECT_THAT(late->take(), IsEmpty()) << "not live: it has a gap";
  late->emit("join-session", after_json(room.session, "0"), 2);
  EXPECT_THAT(texts_in(only(*late)), ElementsAre(3, 4));
  room.doctor->take();
  late->disconnect();
  room.run();
  EXPECT_THAT(room.doctor->take("user-left"), SizeIs(1));
  EXPECT_EQ(room.world.get("doctor", room.session)->participant_count, 2u);
}

TEST_F(Resume, of_a_new_session_is_the_first_join_too) {
  const SessionId session = room.world.create("doctor", "stranger");
  auto first = room.world.connect("stranger");
  first->emit("join-session", after_json(session, "null"), 1);
  EXPECT_THAT(only(*first),
              AllOf(Contains("\"status\":\"created\""), Contains("\"kind\":\"created\""), Contains("\"change\":\"firstJoin\"")));
}

TEST_F(Resume, of_someone_who_has_gone_meanwhile_enters_nothing) {
  say(1);
  room.world.store.hold_reads();
  auto late = late_patient();
  late->emit("join-session", after_json(room.session, "0"), 1);
  room.run();
  late->disconnect();
  room.world.store.release_reads();
  room.run();
  EXPECT_EQ(room.world.get("doctor", room.session)->participant_count, 2u);
}

TEST_F(Resume, has_a_bound_for_each_answer) {
  const auto burst = limits::socket_entries_max + 10;
  for (std::uint32_t count = 0; count < burst; ++count) room.say(*room.doctor, "t");
  room.run();
  auto late = late_patient();
  late->emit("join-session", after_json(room.session, "2", ",\"limit\":200"), 1);
  EXPECT_THAT(texts_in(only(*late)), SizeIs(limits::socket_entries_max));
  late->emit("entries", after_json(room.session, "2", ",\"limit\":201"), 2);
  EXPECT_THAT(only(*late), AllOf(Contains("Invalid limit"), Contains("invalid_argument")));
}

// Each seed is one run: a user sends, another loses the connection and resumes at the last position it saw, and the store holds commits.
TEST(ResumeProperty, hears_every_text_once_and_in_order) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    std::mt19937 random(seed);
    const auto chance = [&](unsigned percent) { return random() % 100 < percent; };
    Room room;
    std::unique_ptr<Socket> late;
    std::vector<std::uint32_t> heard;
    std::string position = "0";
    const auto listen = [&] {
      if (!late) return;
      for (const std::string& packet : late->take()) {
        for (const std::uint32_t seq : texts_in(packet)) heard.push_back(seq);
        if (!heard.empty() && packet.starts_with("42[\"chat-message\"")) position = std::to_string(heard.back());
        if (const std::string to = to_of(packet); !to.empty()) position = to;
        if (packet.find("\"more\":true") != std::string::npos) late->emit("entries", after_json(room.session, position, ",\"limit\":2"), 5);
      }
    };
    for (int step = 0; step < 200; ++step) {
      if (chance(60)) room.say(*room.doctor, "t");
      if (chance(10)) room.world.store.hold_commits();
      if (chance(20)) room.world.store.release_commits();
      if (late && chance(10)) {
        listen();
        late->disconnect();
        late.reset();
      } else if (!late && chance(30)) {
        late = room.world.connect("patient", 1);
        late->emit("join-session", after_json(room.session, position, ",\"limit\":2"), 4);
      }
      if (chance(50)) room.run();
      if (chance(50)) listen();
    }
    room.world.store.release_commits();
    for (int round = 0; round < 200; ++round) {
      room.run();
      listen();
      if (!late) {
        late = room.world.connect("patient", 1);
        late->emit("join-session", after_json(room.session, position, ",\"limit\":2"), 4);
      }
    }
    std::vector<std::uint32_t> stored;
    for (const auto& entry : room.world.log_of(room.session)) {
      if (entry.core.kind == domain::EntryKind::text) stored.push_back(entry.core.seq);
    }
    EXPECT_EQ(heard, stored) << "seed " << seed;
  }
}

TEST(Resumes, of_one_session_are_asked_for_a_few_at_a_time) {
  Room room;
  const auto ask = [&](std::uint64_t ack) {
    room.doctor->emit("join-session", "{\"sessionId\":\"" + room.session.to_string() + "\",\"after\":\"1\"}", ack);
  };
  room.world.store.hold_reads();
  for (std::uint64_t ack = 1; ack <= limits::socket_joins_waiting_max; ++ack) ask(ack);
  room.run();
  EXPECT_THAT(room.doctor->take(), ::testing::IsEmpty());
  ask(99);
  room.run();
  EXPECT_THAT(room.doctor->take(), ::testing::ElementsAre(::testing::AllOf(Contains("4399["), Contains("\"code\":\"overloaded\""))));
  room.world.store.release_reads();
  room.run();
  EXPECT_THAT(room.doctor->take(), ::testing::SizeIs(limits::socket_joins_waiting_max));
  ask(100);
  room.run();
  EXPECT_THAT(room.doctor->take(), ::testing::ElementsAre(Contains("43100[{\"success\":true")));
}

TEST(Resumes, are_not_read_for_one_that_has_gone) {
  Room room;
  room.world.store.hold_reads();
  room.patient->emit("join-session", "{\"sessionId\":\"" + room.session.to_string() + "\",\"after\":\"1\"}", 1);
  room.run();
  room.world.intrude(room.session, room.world.text_of("patient", "from elsewhere"));
  room.patient->disconnect();
  room.world.store.release_reads();
  room.run();
  EXPECT_THAT(room.doctor->take("chat-message"), ::testing::IsEmpty()) << "what a resume reads the room hears";
}

}  // namespace
}  // namespace parley::test
