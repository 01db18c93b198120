// A SessionMachine in words: each event is answered with one line, so that a test reads like the conversation.
//
//   refuse 3, end, poll gets 1, told transport error
//
// An event that asks for nothing is answered with an empty line.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "protocol/engineio/session_machine.hpp"

namespace parley::protocol::engineio::test {

using Event = SessionMachine::Event;
using State = SessionMachine::State;
using Facts = SessionMachine::Facts;
using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ns;
using std::chrono_literals::operator""s;

constexpr SteadyTime start{1h};
constexpr Facts queued{.packets_wait = true};
constexpr Facts at(std::chrono::nanoseconds since_start) {
  return {.now = start + since_start};
}

inline std::string_view name_of(SessionMachine::PollAnswer answer) {
  using PollAnswer = SessionMachine::PollAnswer;
  switch (answer) {
    case PollAnswer::none:
      break;
    case PollAnswer::packets:
      return "poll gets queue";
    case PollAnswer::noop:
      return "poll gets 6";
    case PollAnswer::close:
      return "poll gets 1";
  }
  return "";
}

inline std::string_view name_of(SessionMachine::Effect effect) {
  using Effect = SessionMachine::Effect;
  switch (effect) {
    case Effect::none:
      break;
    case Effect::keep_candidate:
      return "keep candidate";
    case Effect::close_websocket:
      return "close websocket";
    case Effect::answer_probe:
      return "send 3probe";
    case Effect::switch_over:
      return "switch over";
    case Effect::drop_candidate:
      return "drop candidate";
    case Effect::forget_candidate:
      return "forget candidate";
    case Effect::send_ping:
      return "send 2";
    case Effect::begin_close:
      return "begin close";
    case Effect::wait_for_last_poll:
      return "wait for last poll";
    case Effect::wait_for_overtaken_poll:
      return "wait for overtaken poll";
    case Effect::end:
      return "end";
    case Effect::end_going_away:
      return "end going away";
  }
  return "";
}

inline std::string in_words(const SessionMachine::Actions& actions) {
  std::string words;
  const auto add = [&](std::string_view more) {
    if (!more.empty()) words.append(words.empty() ? "" : ", ").append(more);
  };
  if (actions.refuse) add("refuse " + std::to_string(static_cast<int>(*actions.refuse)));
  if (actions.heartbeat) {
    add("heartbeat " + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(*actions.heartbeat - start).count()) + "s");
  }
  add(name_of(actions.effect));
  add(name_of(actions.poll));
  if (actions.told) add("told " + std::string(engineio::name_of(*actions.told)));
  return words;
}

/// A session that began at `start` with the usual times: a ping after 25 s, and 60 s for its pong.
class Session {
 public:
  explicit Session(Transport first = Transport::polling) : machine_(first, Heartbeat(25s, 60s, start)) {}

  std::string on(Event event, Facts facts = {}) {
    if (facts.now == SteadyTime{}) facts.now = start;
    return in_words(machine_.on(event, facts));
  }
  /// For the way to the state that a test is about.
  Session& after(std::initializer_list<Event> events) {
    for (const Event event : events) on(event);
    return *this;
  }
  [[nodiscard]] const SessionMachine& machine() const { return machine_; }

 private:
  SessionMachine machine_;
};

}  // namespace parley::protocol::engineio::test
