// Conversations of one Engine.IO session, one expectation a line. The states and events of all of them: session_machine_table_test.cpp.
#include "protocol/engineio/session_machine.hpp"

#include <gtest/gtest.h>

#include <random>

#include "unit/protocol/engineio/session_machine_words.hpp"

namespace parley::protocol::engineio::test {
namespace {

TEST(SessionMachine, answers_polls_with_packets_or_keeps_them_until_there_are_some) {
  Session session;
  EXPECT_EQ(session.on(Event::poll, queued), "poll gets queue");  // the open packet
  EXPECT_EQ(session.on(Event::poll), "");
  EXPECT_EQ(session.on(Event::packets_wait), "poll gets queue");
  EXPECT_EQ(session.on(Event::packets_wait), "");
  EXPECT_EQ(session.on(Event::poll, queued), "poll gets queue");
  EXPECT_EQ(session.machine().state(), State::polling);
}

TEST(SessionMachine, reads_one_body_after_the_other) {
  Session session;
  EXPECT_EQ(session.on(Event::body), "");
  EXPECT_EQ(session.on(Event::body_taken), "");
  EXPECT_EQ(session.on(Event::body), "");
  EXPECT_EQ(session.on(Event::body_broken), "refuse 3, end, told parse error");
  EXPECT_EQ(session.on(Event::body), "refuse 1");
}

TEST(SessionMachine, upgrades_while_a_poll_is_pending) {
  Session session;
  EXPECT_EQ(session.on(Event::poll), "");
  EXPECT_EQ(session.on(Event::websocket_opened), "keep candidate");
  EXPECT_EQ(session.on(Event::probe), "send 3probe, poll gets 6");
  EXPECT_EQ(session.on(Event::upgrade), "switch over");
  EXPECT_EQ(session.on(Event::poll), "refuse 3");
  EXPECT_EQ(session.on(Event::body), "refuse 3");
  EXPECT_EQ(session.on(Event::websocket_closed), "end, told transport close");
}

TEST(SessionMachine, answers_every_poll_at_once_while_it_probes) {
  Session session;
  EXPECT_EQ(session.on(Event::websocket_opened), "keep candidate");
  EXPECT_EQ(session.on(Event::poll), "");
  EXPECT_EQ(session.on(Event::probe, queued), "send 3probe, poll gets queue");
  EXPECT_EQ(session.on(Event::poll), "poll gets 6");
  EXPECT_EQ(session.on(Event::poll, queued), "poll gets queue");
  EXPECT_EQ(session.on(Event::packets_wait), "");  // they leave with the next poll, or on the WebSocket
  EXPECT_EQ(session.on(Event::upgrade), "switch over");
}

TEST(SessionMachine, goes_on_polling_after_a_failed_upgrade_and_may_try_again) {
  Session session;
  EXPECT_EQ(session.on(Event::websocket_opened), "keep candidate");
  EXPECT_EQ(session.on(Event::probe), "send 3probe");
  EXPECT_EQ(session.on(Event::candidate_late), "drop candidate");
  EXPECT_EQ(session.on(Event::poll), "");
  EXPECT_EQ(session.on(Event::websocket_opened), "keep candidate");
  EXPECT_EQ(session.on(Event::websocket_opened), "close websocket");
  EXPECT_EQ(session.on(Event::candidate_gone), "forget candidate");
  EXPECT_EQ(session.on(Event::websocket_opened), "keep candidate");
  EXPECT_EQ(session.on(Event::upgrade), "drop candidate");  // before its probe
  EXPECT_EQ(session.on(Event::packets_wait), "poll gets queue");
}

TEST(SessionMachine, sends_the_last_packets_to_a_poller_before_it_closes) {
  Session session;
  EXPECT_EQ(session.on(Event::close_asked), "begin close");
  EXPECT_FALSE(session.machine().open());
  EXPECT_EQ(session.on(Event::close_due, queued), "wait for last poll, told forced close");
  EXPECT_EQ(session.on(Event::poll, queued), "poll gets queue");
  EXPECT_EQ(session.on(Event::poll, queued), "poll gets queue");
  EXPECT_EQ(session.on(Event::poll), "end, poll gets 1");
  EXPECT_EQ(session.on(Event::wait_over), "");
}

TEST(SessionMachine, closes_under_a_pending_poll) {
  Session session;
  EXPECT_EQ(session.on(Event::poll), "");
  EXPECT_EQ(session.on(Event::close_asked), "begin close");
  EXPECT_EQ(session.on(Event::packets_wait), "poll gets queue");
  EXPECT_EQ(session.on(Event::poll), "end, poll gets 1, told forced close");
  EXPECT_EQ(session.on(Event::close_due), "");
}

TEST(SessionMachine, does_not_wait_for_ever_for_the_last_poll) {
  Session session;
  EXPECT_EQ(session.on(Event::close_asked), "begin close");
  EXPECT_EQ(session.on(Event::close_due), "wait for last poll, told forced close");
  EXPECT_EQ(session.on(Event::wait_over), "end");
}

TEST(SessionMachine, closes_a_websocket_at_the_end_of_the_turn) {
  Session session(Transport::websocket);
  EXPECT_EQ(session.on(Event::close_asked), "begin close");
  EXPECT_EQ(session.on(Event::close_asked), "");
  EXPECT_EQ(session.on(Event::close_due), "end, told forced close");
}

TEST(SessionMachine, a_close_of_this_side_is_a_forced_close_whatever_comes_first) {
  for (const Event first : {Event::limit_exceeded, Event::queue_full, Event::answer_lost}) {
    Session session;
    EXPECT_EQ(session.on(Event::close_asked), "begin close");
    EXPECT_EQ(session.on(first), "end, told forced close");
    EXPECT_EQ(session.on(Event::close_due), "");
  }
}

TEST(SessionMachine, answers_the_poll_that_a_close_packet_overtook) {
  Session session;
  EXPECT_EQ(session.on(Event::body), "");
  EXPECT_EQ(session.on(Event::close_packet), "wait for overtaken poll, told transport close");
  EXPECT_EQ(session.on(Event::body_taken), "");
  EXPECT_EQ(session.on(Event::poll), "end, poll gets 6");
  EXPECT_EQ(session.on(Event::poll), "refuse 1");
  EXPECT_EQ(session.on(Event::wait_over), "");
}

TEST(SessionMachine, does_not_wait_for_ever_for_an_overtaken_poll) {
  Session session;
  EXPECT_EQ(session.on(Event::close_packet), "wait for overtaken poll, told transport close");
  EXPECT_EQ(session.on(Event::heartbeat, at(25s)), "");
  EXPECT_EQ(session.on(Event::wait_over), "end");
}

TEST(SessionMachine, releases_the_pending_poll_of_a_client_that_closes) {
  Session session;
  EXPECT_EQ(session.on(Event::poll), "");
  EXPECT_EQ(session.on(Event::close_packet), "end, poll gets 6, told transport close");
}

TEST(SessionMachine, pings_a_client_that_answers) {
  Session session(Transport::websocket);
  EXPECT_EQ(session.machine().next_heartbeat(), start + 25s);
  EXPECT_EQ(session.on(Event::heartbeat, at(24s)), "heartbeat 25s");
  EXPECT_EQ(session.on(Event::heartbeat, at(25s)), "heartbeat 85s, send 2");
  EXPECT_EQ(session.on(Event::pong, at(26s)), "heartbeat 51s");
  EXPECT_EQ(session.on(Event::heartbeat, at(51s)), "heartbeat 111s, send 2");
}

TEST(SessionMachine, ends_a_client_that_does_not_answer_a_ping) {
  for (const Transport transport : {Transport::polling, Transport::websocket}) {
    Session session(transport);
    EXPECT_EQ(session.on(Event::heartbeat, at(25s)), "heartbeat 85s, send 2");
    EXPECT_EQ(session.on(Event::heartbeat, at(85s)), "end, told ping timeout");
    EXPECT_EQ(session.on(Event::heartbeat, at(90s)), "");
    EXPECT_EQ(session.on(Event::pong, at(90s)), "");
  }
}

TEST(SessionMachine, does_not_time_out_a_client_whose_packets_it_has_not_read) {
  Session session;
  EXPECT_EQ(session.on(Event::heartbeat, at(25s)), "heartbeat 85s, send 2");
  EXPECT_EQ(session.on(Event::heartbeat, {.now = start + 85s, .unread = true}), "heartbeat 110s");
  EXPECT_EQ(session.on(Event::heartbeat, at(110s)), "heartbeat 170s, send 2");
  EXPECT_EQ(session.on(Event::heartbeat, at(170s)), "end, told ping timeout");
}

TEST(SessionMachine, times_out_while_it_closes_and_sends_no_ping) {
  Session session;
  EXPECT_EQ(session.on(Event::poll), "");
  EXPECT_EQ(session.on(Event::close_asked), "begin close");
  EXPECT_EQ(session.on(Event::heartbeat, at(25s)), "heartbeat 85s");
  EXPECT_EQ(session.on(Event::heartbeat, {.now = start + 85s, .unread = true}), "end, poll gets 1, told forced close");
  EXPECT_EQ(session.on(Event::close_due), "");
}

/// Counts a session's actions and checks, after each event, that they fit together.
class Ledger {
 public:
  explicit Ledger(unsigned seed) : random_(seed), machine_(seed % 2 == 0 ? Transport::polling : Transport::websocket, {25s, 60s, start}) {}

  void random_event() {
    const auto event = static_cast<Event>(random_() % (static_cast<unsigned>(Event::server_stops) + 1));
    now_ += std::chrono::seconds(random_() % 8);
    const bool was_open = machine_.open();
    take(event, machine_.on(event, {.now = now_, .packets_wait = random_() % 2 == 0, .unread = random_() % 2 == 0}));
    EXPECT_LE(candidates_, 1);
    EXPECT_LE(pending_polls_, 1);
    EXPECT_GE(pending_polls_, 0);
    EXPECT_LE(machine_.open(), was_open);
    EXPECT_EQ(ends_, machine_.state() == State::ended ? 1 : 0);
    if (machine_.open()) {
      EXPECT_EQ(told_, 0);
    }
    if (ends_ == 1) {
      EXPECT_EQ(told_, 1);
      EXPECT_EQ(pending_polls_, 0);
    }
  }

 private:
  void take(Event event, const SessionMachine::Actions& actions) {
    using Effect = SessionMachine::Effect;
    if (event == Event::poll && !actions.refuse) ++pending_polls_;
    if (event == Event::poll_gone) pending_polls_ = 0;
    if (actions.poll != SessionMachine::PollAnswer::none) --pending_polls_;
    if (actions.told) ++told_;
    switch (actions.effect) {
      case Effect::keep_candidate:
        ++candidates_;
        break;
      case Effect::answer_probe:
        EXPECT_EQ(candidates_, 1);
        break;
      case Effect::switch_over:
      case Effect::drop_candidate:
      case Effect::forget_candidate:
        EXPECT_EQ(candidates_, 1);
        candidates_ = 0;
        break;
      case Effect::begin_close:
      case Effect::wait_for_overtaken_poll:
        candidates_ = 0;
        break;
      case Effect::end:
      case Effect::end_going_away:
        candidates_ = 0;
        ++ends_;
        break;
      default:
        break;
    }
  }

  std::mt19937 random_;
  SessionMachine machine_;
  SteadyTime now_ = start;
  int candidates_ = 0;
  int pending_polls_ = 0;
  int ends_ = 0;
  int told_ = 0;
};

TEST(SessionMachine, answers_each_poll_and_tells_of_its_end_once_whatever_comes_in_whatever_order) {
  for (unsigned seed = 0; seed < 20'000 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Ledger ledger(seed);
    for (int events = 0; events < 60; ++events) ledger.random_event();
  }
}

TEST(SessionMachine, takes_events_of_packets_only_where_they_have_a_meaning) {
  EXPECT_EQ(event_of(PacketType::pong), Event::pong);
  EXPECT_EQ(event_of(PacketType::close), Event::close_packet);
  EXPECT_EQ(event_of(PacketType::ping), Event::ping_packet);
  for (const PacketType type : {PacketType::open, PacketType::upgrade, PacketType::noop, PacketType::message}) {
    EXPECT_EQ(event_of(type), Event::other_packet);
  }
}

TEST(SessionMachine, lets_two_packets_alone_lead_to_an_upgrade) {
  EXPECT_EQ(candidate_event_of({PacketType::ping, false, "probe"}), Event::probe);
  EXPECT_EQ(candidate_event_of({PacketType::upgrade, false, ""}), Event::upgrade);
  for (const Packet& wrong :
       {Packet{PacketType::ping, false, ""}, Packet{PacketType::ping, false, "other"}, Packet{PacketType::pong, false, "probe"},
        Packet{PacketType::message, false, "early"}, Packet{PacketType::message, true, "x"}, Packet{PacketType::close, false, ""}}) {
    EXPECT_EQ(candidate_event_of(wrong), Event::wrong_packet);
  }
}

}  // namespace
}  // namespace parley::protocol::engineio::test
