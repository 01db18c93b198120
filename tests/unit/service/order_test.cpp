// P2: one order. Requests of a connection about a session are handled in the order they arrive, and every view shows the same order.
#include <gtest/gtest.h>

#include <random>

#include "unit/service/world.hpp"

namespace parley::test {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

/// The text of a `chat-message` event or of an ack, or the error of a refusal.
std::string said(const std::string& packet) {
  for (const std::string_view name : {"\"message\":\"", "\"error\":\""}) {
    const auto at = packet.find(name);
    if (at == std::string::npos) continue;
    const auto begin = at + name.size();
    return packet.substr(begin, packet.find('"', begin) - begin);
  }
  return packet;
}

std::vector<std::string> said(const std::vector<std::string>& packets) {
  std::vector<std::string> all;
  for (const std::string& packet : packets) all.push_back(said(packet));
  return all;
}

class Order : public ::testing::TestWithParam<std::size_t> {};  // the loop of the sender: one of them owns the session

TEST_P(Order, acks_and_refusals_come_in_the_order_of_the_sends) {
  World world;
  const SessionId session = world.create();
  auto doctor = world.connect("doctor", GetParam());
  world.store.hold_commits();
  doctor->emit("chat-message", message_json(session, "first"), 1);
  doctor->emit("chat-message", message_json(session, std::string(1001, 'x')), 2);
  doctor->emit("chat-message", message_json(session, "third"), 3);
  doctor->emit("end-session", session_json(session), 4);
  doctor->emit("chat-message", message_json(session, "after the end"), 5);
  world.run();
  EXPECT_THAT(doctor->take(), SizeIs(0)) << "a refusal does not overtake what was sent before it";
  world.store.release_commits();
  world.run();
  std::vector<std::string> acks;
  for (const std::string& packet : doctor->take()) {
    if (packet.starts_with("43")) acks.push_back(packet.substr(0, 3));
  }
  EXPECT_THAT(acks, ElementsAre("431", "432", "433", "434", "435"));
  EXPECT_THAT(world.texts(session), ElementsAre("first", "third"));
}

TEST_P(Order, events_sent_while_the_session_is_loading_keep_their_order) {
  World world;
  const SessionId session = world.create();
  world.restart();
  auto doctor = world.connect("doctor", GetParam());
  doctor->emit("join-session", session_json(session), 1);
  doctor->emit("chat-message", message_json(session, "one"), 2);
  doctor->emit("chat-message", message_json(session, "two"), 3);
  doctor->emit("end-session", session_json(session), 4);
  world.run();
  std::vector<std::string> acks;
  for (const std::string& packet : doctor->take()) {
    if (packet.starts_with("43")) acks.push_back(packet.substr(0, 3));
  }
  EXPECT_THAT(acks, ElementsAre("431", "432", "433", "434"));
  EXPECT_THAT(world.texts(session), ElementsAre("one", "two"));
}

INSTANTIATE_TEST_SUITE_P(EitherLoop, Order, ::testing::Values(0, 1));

TEST(Order, every_member_and_every_view_shows_one_order_whatever_the_interleaving) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    Room room;
    std::mt19937 random(seed);
    auto second = room.world.connect("doctor", 1);  // a second device
    second->emit("join-session", session_json(room.session));
    room.run();
    room.doctor->take(), room.patient->take(), second->take();
    Socket* senders[] = {room.doctor.get(), room.patient.get(), second.get()};
    for (int count = 0; count < 60; ++count) {
      room.say(*senders[random() % 3], "m" + std::to_string(count));
      // A random loop, or the store, may run one task now.
      const auto who = random() % 4;
      if (who < 2) room.world.loops[who]->run_one();
      if (who == 2) room.world.worker.run_one();
    }
    room.run();
    const auto at_doctor = room.doctor->take();
    EXPECT_THAT(at_doctor, SizeIs(60)) << "seed " << seed;
    EXPECT_EQ(at_doctor, room.patient->take()) << "seed " << seed;
    EXPECT_EQ(at_doctor, second->take()) << "seed " << seed;
    EXPECT_EQ(said(at_doctor), room.world.texts(room.session)) << "seed " << seed;
    room.world.restart();
    EXPECT_EQ(said(at_doctor), room.world.texts(room.session)) << "seed " << seed << ", after a restart";
  }
}

TEST(Order, the_log_is_chained_in_that_order) {
  Room room;
  for (int count = 0; count < 10; ++count) room.say(*(count % 2 ? room.doctor : room.patient), "m" + std::to_string(count));
  room.run();
  domain::Head head = domain::genesis(room.session);
  for (const auto& encoded : room.world.store.entries_of(room.world.number_of(room.session))) {
    ASSERT_TRUE(domain::verify_link(head, encoded).has_value());
    head = domain::head_after(*domain::decode_entry(encoded));
  }
  EXPECT_EQ(head.seq, 12u);
}

TEST(Order, time_never_runs_backwards_inside_a_session) {
  World world;
  const SessionId session = world.create();
  const auto first = world.send("doctor", session, "first").value();
  world.clock.advance(std::chrono::milliseconds(-5'000));
  const auto second = world.send("doctor", session, "second").value();
  EXPECT_EQ(second.timestamp, first.timestamp);
  EXPECT_LT(first.id, second.id);
  const auto ended = world.end("doctor", session).value();
  EXPECT_EQ(ended.row.ended_at, first.timestamp);
}

TEST(Order, what_a_socket_sent_before_it_went_is_heard_before_it_is_gone) {
  Room room;
  room.world.store.hold_commits();
  room.say(*room.doctor, "bye");
  room.doctor->disconnect();
  room.run();
  room.world.store.release_commits();
  room.run();
  EXPECT_THAT(room.patient->take(), ElementsAre(Contains("\"message\":\"bye\""), Contains("user-left")));
}

}  // namespace
}  // namespace parley::test
