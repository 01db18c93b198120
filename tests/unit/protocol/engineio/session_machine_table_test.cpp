// The table of protocol/engineio/session_machine.hpp: each event in each state. An outcome is in words, with the new state if it changes.
#include <gtest/gtest.h>

#include <array>
#include <map>

#include "unit/protocol/engineio/session_machine_words.hpp"

namespace parley::protocol::engineio::test {
namespace {

/// A state, and the poll or body that is pending in it.
enum Situation {
  polling,
  polling_poll,
  polling_body,
  offered,
  offered_poll,
  probing,
  upgraded,
  closing,
  closing_poll,
  draining,
  closing_websocket,
  left,
  ended,
  situation_count,
};
constexpr std::array<std::string_view, situation_count> situation_names = {
    "polling", "polling_poll", "polling_body", "offered",           "offered_poll", "probing", "upgraded",
    "closing", "closing_poll", "draining",     "closing_websocket", "left",         "ended",
};

Session session_in(Situation situation) {
  using enum Event;
  switch (situation) {
    case polling:
      return Session();
    case polling_poll:
      return Session().after({poll});
    case polling_body:
      return Session().after({body});
    case Situation::offered:
      return Session().after({websocket_opened});
    case offered_poll:
      return Session().after({poll, websocket_opened});
    case Situation::probing:
      return Session().after({websocket_opened, probe});
    case Situation::upgraded:
      return Session().after({websocket_opened, probe, upgrade});
    case closing:
      return Session().after({close_asked});
    case closing_poll:
      return Session().after({poll, close_asked});
    case Situation::draining:
      return Session().after({close_asked, close_due});
    case Situation::closing_websocket:
      return Session(Transport::websocket).after({close_asked});
    case Situation::left:
      return Session().after({close_packet});
    default:
      return Session().after({server_stops});
  }
}

std::string_view name_of(State state) {
  constexpr std::array<std::string_view, 9> names = {"polling",  "offered",           "probing", "upgraded", "closing_polling",
                                                     "draining", "closing_websocket", "left",    "ended"};
  return names.at(static_cast<std::size_t>(state));
}

/// The actions in words and, if it changes, the new state.
std::string outcome(Situation situation, Event event, const Facts& facts) {
  Session session = session_in(situation);
  const State before = session.machine().state();
  const std::string words = session.on(event, facts);
  const State after = session.machine().state();
  return after == before ? words : words + " -> " + std::string(name_of(after));
}

using Outcomes = std::map<Situation, std::string>;

/// Checks every situation. Those that are not in `expected` must stay as they are, without any action.
void check(Event event, const Outcomes& expected, const Facts& facts = {}) {
  for (int each = 0; each < situation_count; ++each) {
    const auto situation = static_cast<Situation>(each);
    const auto found = expected.find(situation);
    EXPECT_EQ(outcome(situation, event, facts), found == expected.end() ? "" : found->second) << situation_names.at(each);
  }
}

/// The session ends, and the application learns the reason. `poll`: the answer to the pending poll.
std::string ends(std::string_view reason, std::string_view poll = "") {
  return "end, " + std::string(poll) + "told " + std::string(reason) + " -> ended";
}
/// The same where the application knew a reason before.
const std::string ends_silently = "end -> ended";

const std::string error = ends("transport error");
const std::string refused_error = "refuse 3, " + error;
const std::string refused_poll_error = "refuse 3, " + ends("transport error", "poll gets 1, ");
const std::string forced = ends("forced close");
const std::string poll_forced = ends("forced close", "poll gets 1, ");

/// Every situation but `ended`: the session ends for this reason.
Outcomes all_end(std::string_view reason) {
  Outcomes outcomes = {
      {closing, forced}, {closing_poll, poll_forced}, {closing_websocket, forced}, {draining, ends_silently}, {left, ends_silently}};
  for (const Situation open : {polling, polling_body, offered, probing, upgraded}) outcomes[open] = ends(reason);
  for (const Situation open : {polling_poll, offered_poll}) outcomes[open] = ends(reason, "poll gets 1, ");
  return outcomes;
}
/// As `all_end`, where long polling is the transport.
Outcomes polls_end(std::string_view reason) {
  Outcomes outcomes = all_end(reason);
  outcomes.erase(upgraded);
  outcomes.erase(closing_websocket);
  return outcomes;
}
/// As `all_end`, where messages pass.
Outcomes open_ones_end(std::string_view reason) {
  Outcomes outcomes = all_end(reason);
  for (const Situation closed : {closing, closing_poll, closing_websocket, draining, left}) outcomes.erase(closed);
  return outcomes;
}

TEST(SessionMachineTable, a_poll) {
  check(Event::poll, {{polling_poll, refused_poll_error},
                      {offered_poll, refused_poll_error},
                      {probing, "poll gets 6"},
                      {upgraded, "refuse 3"},
                      {closing, poll_forced},
                      {closing_poll, "refuse 3, " + poll_forced},
                      {draining, "end, poll gets 1 -> ended"},
                      {closing_websocket, "refuse 3"},
                      {left, "end, poll gets 6 -> ended"},
                      {ended, "refuse 1"}});
}

TEST(SessionMachineTable, a_poll_while_packets_wait) {
  check(Event::poll,
        {{polling, "poll gets queue"},
         {polling_body, "poll gets queue"},
         {polling_poll, refused_poll_error},
         {offered, "poll gets queue"},
         {offered_poll, refused_poll_error},
         {probing, "poll gets queue"},
         {upgraded, "refuse 3"},
         {closing, "poll gets queue"},
         {closing_poll, "refuse 3, " + poll_forced},
         {draining, "poll gets queue"},
         {closing_websocket, "refuse 3"},
         {left, "end, poll gets 6 -> ended"},
         {ended, "refuse 1"}},
        queued);
}

TEST(SessionMachineTable, a_client_that_disconnects_from_its_poll) {
  check(Event::poll_gone, {{polling_poll, error}, {offered_poll, error}, {closing_poll, forced}});
  check(Event::answer_lost, polls_end("transport error"));
}

TEST(SessionMachineTable, a_body) {
  const Outcomes refused = {{upgraded, "refuse 3"},     {closing_websocket, "refuse 3"}, {closing, "refuse 1"},
                            {closing_poll, "refuse 1"}, {draining, "refuse 1"},          {left, "refuse 1"},
                            {ended, "refuse 1"}};
  Outcomes read = refused;
  read[polling_body] = refused_error;
  check(Event::body, read);
  Outcomes binary = refused;
  for (const Situation open : {polling, polling_body, offered, probing}) binary[open] = refused_error;
  for (const Situation open : {polling_poll, offered_poll}) binary[open] = refused_poll_error;
  check(Event::binary_body, binary);
}

TEST(SessionMachineTable, a_body_that_was_read) {
  check(Event::body_broken, {{polling_body, "refuse 3, " + ends("parse error")}});
  check(Event::body_taken, {});
}

TEST(SessionMachineTable, a_packet_on_the_transport) {
  Outcomes beat;
  for (const Situation open : {polling, polling_poll, polling_body, offered, offered_poll, probing, upgraded}) beat[open] = "heartbeat 26s";
  check(Event::pong, beat, at(1s));

  const std::string leaves = "wait for overtaken poll, told transport close -> left";
  const std::string released = ends("transport close", "poll gets 6, ");
  check(Event::close_packet, {{polling, leaves},
                              {polling_poll, released},
                              {polling_body, leaves},
                              {offered, leaves},
                              {offered_poll, released},
                              {probing, leaves},
                              {upgraded, ends("transport close")}});
  check(Event::ping_packet, open_ones_end("transport error"));
  check(Event::other_packet, {});
  check(Event::broken_packet, open_ones_end("parse error"));
}

TEST(SessionMachineTable, a_websocket_that_opens) {
  Outcomes unwanted;
  for (int each = 0; each < situation_count; ++each) unwanted[static_cast<Situation>(each)] = "close websocket";
  for (const Situation free : {polling, polling_poll, polling_body}) unwanted[free] = "keep candidate -> offered";
  check(Event::websocket_opened, unwanted);
}

TEST(SessionMachineTable, a_packet_on_the_candidate) {
  const std::string dropped = "drop candidate -> polling";
  check(Event::probe, {{offered, "send 3probe -> probing"}, {offered_poll, "send 3probe, poll gets 6 -> probing"}, {probing, dropped}});
  check(Event::probe, {{offered, "send 3probe -> probing"}, {offered_poll, "send 3probe, poll gets queue -> probing"}, {probing, dropped}},
        queued);
  check(Event::upgrade, {{offered, dropped}, {offered_poll, dropped}, {probing, "switch over -> upgraded"}});
  check(Event::wrong_packet, {{offered, dropped}, {offered_poll, dropped}, {probing, dropped}});
}

TEST(SessionMachineTable, a_candidate_that_does_not_upgrade) {
  const std::string dropped = "drop candidate -> polling";
  check(Event::candidate_late, {{offered, dropped}, {offered_poll, dropped}, {probing, dropped}});
  const std::string forgotten = "forget candidate -> polling";
  check(Event::candidate_gone, {{offered, forgotten}, {offered_poll, forgotten}, {probing, forgotten}});
}

TEST(SessionMachineTable, the_end_of_the_websocket) {
  check(Event::websocket_closed, {{upgraded, ends("transport close")}});
  check(Event::websocket_broken, {{upgraded, error}});
}

TEST(SessionMachineTable, packets_for_the_client) {
  check(Event::packets_wait, {{polling_poll, "poll gets queue"}, {offered_poll, "poll gets queue"}, {closing_poll, "poll gets queue"}},
        queued);
  check(Event::queue_full, polls_end("transport close"), queued);
}

TEST(SessionMachineTable, the_heartbeat) {
  Outcomes early, pinged;
  for (const Situation open : {polling, polling_poll, polling_body, offered, offered_poll, probing, upgraded}) {
    early[open] = "heartbeat 25s";
    pinged[open] = "heartbeat 85s, send 2";
  }
  for (const Situation closes : {closing, closing_poll, draining, closing_websocket}) {
    early[closes] = "heartbeat 25s";
    pinged[closes] = "heartbeat 85s";
  }
  check(Event::heartbeat, early, at(25s - 1ns));
  check(Event::heartbeat, pinged, at(25s));
}

TEST(SessionMachineTable, a_heartbeat_without_answer) {
  Outcomes expected = all_end("ping timeout");
  expected[left] = "";
  for (const auto& [situation, words] : expected) {
    Session session = session_in(situation);
    session.on(Event::heartbeat, at(25s));
    EXPECT_EQ(session.on(Event::heartbeat, at(85s)) + (words.empty() ? "" : " -> ended"), words) << situation_names.at(situation);
    EXPECT_EQ(session.machine().state(), words.empty() ? State::left : State::ended);
  }
}

TEST(SessionMachineTable, a_close_by_the_application) {
  const std::string closes = "begin close -> closing_polling";
  check(Event::close_asked, {{polling, closes},
                             {polling_poll, closes},
                             {polling_body, closes},
                             {offered, closes},
                             {offered_poll, closes},
                             {probing, closes},
                             {upgraded, "begin close -> closing_websocket"}});
}

TEST(SessionMachineTable, the_turn_after_a_close) {
  const std::string drains = "wait for last poll, told forced close -> draining";
  check(Event::close_due, {{closing, drains}, {closing_poll, poll_forced}, {closing_websocket, forced}});
  check(Event::close_due,
        {{closing, drains},
         {closing_poll, "wait for last poll, poll gets queue, told forced close -> draining"},
         {closing_websocket, forced}},
        queued);
}

TEST(SessionMachineTable, the_end_of_a_wait) {
  check(Event::wait_over, {{draining, ends_silently}, {left, ends_silently}});
}

TEST(SessionMachineTable, a_limit_and_the_end_of_the_server) {
  check(Event::limit_exceeded, all_end("transport error"));
  Outcomes away = all_end("server shutting down");
  for (auto& [situation, words] : away) words.replace(words.find("end"), 3, "end going away");
  check(Event::server_stops, away);
}

TEST(SessionMachineTable, messages_pass_in_the_open_states_only) {
  for (int each = 0; each < situation_count; ++each) {
    EXPECT_EQ(session_in(static_cast<Situation>(each)).machine().open(), each < closing) << situation_names.at(each);
  }
}

}  // namespace
}  // namespace parley::protocol::engineio::test
