// Heartbeat and upgrade, written as conversations.
#include <gtest/gtest.h>

#include "protocol/engineio/heartbeat.hpp"
#include "protocol/engineio/upgrade.hpp"

namespace parley::protocol::engineio {
namespace {

using namespace std::chrono_literals;
using Due = Heartbeat::Due;
using Action = Upgrade::Action;

constexpr SteadyTime start{1h};
constexpr Packet probe{PacketType::ping, false, "probe"};
constexpr Packet finish{PacketType::upgrade, false, ""};

TEST(Heartbeat, pings_once_an_interval_and_is_content_with_a_pong) {
  Heartbeat heartbeat(25s, 60s, start);
  EXPECT_EQ(heartbeat.next(), start + 25s);
  EXPECT_EQ(heartbeat.at(start), Due::nothing);
  EXPECT_EQ(heartbeat.at(start + 25s - 1ns), Due::nothing);
  EXPECT_EQ(heartbeat.at(start + 25s), Due::ping);
  EXPECT_EQ(heartbeat.at(start + 26s), Due::nothing);
  heartbeat.on_pong(start + 27s);
  EXPECT_EQ(heartbeat.next(), start + 52s);
  EXPECT_EQ(heartbeat.at(start + 52s), Due::ping);
}

TEST(Heartbeat, gives_up_when_the_pong_does_not_come) {
  Heartbeat heartbeat(25s, 60s, start);
  EXPECT_EQ(heartbeat.at(start + 25s), Due::ping);
  EXPECT_EQ(heartbeat.next(), start + 85s);
  EXPECT_EQ(heartbeat.at(start + 85s - 1ns), Due::nothing);
  EXPECT_EQ(heartbeat.at(start + 85s), Due::timed_out);
  EXPECT_EQ(heartbeat.at(start + 90s), Due::timed_out);
}

TEST(Heartbeat, counts_the_timeout_from_the_time_when_a_slightly_late_ping_was_due) {
  for (const auto late : {1ns, std::chrono::nanoseconds(45s - 1ns)}) {
    Heartbeat heartbeat(25s, 60s, start);
    EXPECT_EQ(heartbeat.at(start + 25s + late), Due::ping);
    EXPECT_EQ(heartbeat.next(), start + 85s);
    EXPECT_EQ(heartbeat.at(start + 85s), Due::timed_out);
  }
}

TEST(Heartbeat, counts_the_timeout_from_the_ping_that_left_late) {
  Heartbeat heartbeat(25s, 60s, start);
  EXPECT_EQ(heartbeat.at(start + 70s), Due::ping);
  EXPECT_EQ(heartbeat.at(start + 86s), Due::nothing);
  EXPECT_EQ(heartbeat.at(start + 130s), Due::timed_out);
}

TEST(Heartbeat, an_unasked_pong_puts_the_next_ping_off) {
  Heartbeat heartbeat(25s, 60s, start);
  heartbeat.on_pong(start + 20s);
  EXPECT_EQ(heartbeat.at(start + 25s), Due::nothing);
  EXPECT_EQ(heartbeat.at(start + 45s), Due::ping);
}

TEST(Upgrade, goes_through_probe_and_switch) {
  Upgrade upgrade(start + 10s);
  EXPECT_FALSE(upgrade.releases_polls());
  EXPECT_EQ(upgrade.on_packet(probe), Action::answer_probe);
  EXPECT_TRUE(upgrade.releases_polls());
  EXPECT_FALSE(upgrade.finished());
  EXPECT_EQ(upgrade.on_packet(finish), Action::switch_over);
  EXPECT_TRUE(upgrade.upgraded());
  EXPECT_FALSE(upgrade.releases_polls());
}

TEST(Upgrade, fails_at_any_other_packet) {
  for (const Packet& wrong :
       {finish, Packet{PacketType::ping, false, ""}, Packet{PacketType::ping, false, "other"}, Packet{PacketType::message, false, "early"},
        Packet{PacketType::message, true, "x"}, Packet{PacketType::close, false, ""}}) {
    Upgrade upgrade(start);
    EXPECT_EQ(upgrade.on_packet(wrong), Action::close);
    EXPECT_TRUE(upgrade.finished());
    EXPECT_FALSE(upgrade.upgraded());
  }
}

TEST(Upgrade, fails_at_any_other_packet_after_the_probe) {
  for (const Packet& wrong : {probe, Packet{PacketType::message, false, "early"}, Packet{PacketType::pong, false, ""}}) {
    Upgrade upgrade(start);
    EXPECT_EQ(upgrade.on_packet(probe), Action::answer_probe);
    EXPECT_EQ(upgrade.on_packet(wrong), Action::close);
    EXPECT_FALSE(upgrade.releases_polls());
  }
}

TEST(Upgrade, fails_at_its_deadline_in_either_state) {
  for (const bool probed : {false, true}) {
    Upgrade upgrade(start + 10s);
    if (probed) {
      EXPECT_EQ(upgrade.on_packet(probe), Action::answer_probe);
    }
    EXPECT_EQ(upgrade.at(start + 10s - 1ns), Action::nothing);
    EXPECT_EQ(upgrade.at(start + 10s), Action::close);
    EXPECT_EQ(upgrade.at(start + 11s), Action::nothing);
    EXPECT_EQ(upgrade.on_packet(finish), Action::nothing);
  }
}

TEST(Upgrade, has_no_deadline_once_it_is_done) {
  Upgrade upgrade(start + 10s);
  EXPECT_EQ(upgrade.on_packet(probe), Action::answer_probe);
  EXPECT_EQ(upgrade.on_packet(finish), Action::switch_over);
  EXPECT_EQ(upgrade.at(start + 1h), Action::nothing);
  upgrade.on_candidate_gone();
  EXPECT_TRUE(upgrade.upgraded());
}

TEST(Upgrade, fails_when_the_candidate_goes) {
  Upgrade upgrade(start + 10s);
  EXPECT_EQ(upgrade.on_packet(probe), Action::answer_probe);
  upgrade.on_candidate_gone();
  EXPECT_TRUE(upgrade.finished());
  EXPECT_FALSE(upgrade.releases_polls());
  EXPECT_EQ(upgrade.at(start + 1h), Action::nothing);
}

}  // namespace
}  // namespace parley::protocol::engineio
