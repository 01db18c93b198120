// The rules of the table in the header.
#include "protocol/engineio/session_machine.hpp"

#include <utility>

#include "base/assert.hpp"

namespace parley::protocol::engineio {

SessionMachine::Actions SessionMachine::on(Event event, const Facts& facts) {
  switch (event) {
    case Event::poll:
      return on_poll(facts);
    case Event::packets_wait:
      return answer_poll(PollAnswer::packets);
    case Event::body:
    case Event::binary_body:
      return on_body(event);
    case Event::body_taken:
      body_pending_ = false;
      return {};
    case Event::pong:
      return on_pong(facts);
    case Event::close_packet:
      return on_close_packet();
    case Event::other_packet:
      return {};
    case Event::websocket_opened:
      return on_websocket_opened();
    case Event::probe:
      return on_probe(facts);
    case Event::upgrade:
      return on_upgrade();
    case Event::wrong_packet:
    case Event::candidate_late:
      return lose_candidate(Effect::drop_candidate);
    case Event::candidate_gone:
      return lose_candidate(Effect::forget_candidate);
    case Event::heartbeat:
      return on_heartbeat(facts);
    case Event::close_asked:
      return on_close_asked();
    case Event::close_due:
      return on_close_due(facts);
    default:
      return on_fault(event);
  }
}

/// The events that do nothing but end a session.
SessionMachine::Actions SessionMachine::on_fault(Event event) {
  switch (event) {
    case Event::poll_gone:
      if (!poll_pending_) return {};
      poll_pending_ = false;
      return end(CloseReason::transport_error);
    case Event::answer_lost:  // packets are missing, and the client must learn of it
      return end_if(polls(), CloseReason::transport_error);
    case Event::body_broken:
      return body_pending_ && open() ? refuse_and_end(CloseReason::parse_error) : Actions{};
    case Event::ping_packet:
      return end_if(open(), CloseReason::transport_error);
    case Event::broken_packet:
      return end_if(open(), CloseReason::parse_error);
    case Event::websocket_closed:
      return end_if(state_ == State::upgraded, CloseReason::transport_close);
    case Event::websocket_broken:
      return end_if(state_ == State::upgraded, CloseReason::transport_error);
    case Event::queue_full:
      return end_if(polls(), CloseReason::transport_close);
    case Event::wait_over:
      return end_if(state_ == State::draining || state_ == State::left, CloseReason::transport_close);
    case Event::server_stops:
      return end(CloseReason::server_shutting_down, Effect::end_going_away);
    default:
      PARLEY_ASSERT(event == Event::limit_exceeded);
      return end(CloseReason::transport_error);
  }
}

SessionMachine::Actions SessionMachine::on_poll(const Facts& facts) {
  if (const auto error = refusal()) return {.refuse = error};
  // Two polls at once would race for the same packets: the client is broken. The JavaScript server treats this in the same way.
  if (poll_pending_) return refuse_and_end(CloseReason::transport_error);
  poll_pending_ = true;
  if (state_ == State::left) return release_poll_and_end();
  if (facts.packets_wait) return answer_poll(PollAnswer::packets);
  if (state_ == State::probing) return answer_poll(PollAnswer::noop);
  // `1` alone: socket.io-client handles a close before packets of the same answer and would miss the DISCONNECT.
  return end_if(!open(), CloseReason::forced_close);
}

SessionMachine::Actions SessionMachine::on_body(Event event) {
  if (const auto error = refusal()) return {.refuse = error};
  if (!open()) return {.refuse = RequestError::session_id_unknown};
  // A client that sends two bodies at once does not keep their order. The JavaScript server treats this in the same way.
  if (event == Event::binary_body || body_pending_) return refuse_and_end(CloseReason::transport_error);
  body_pending_ = true;
  return {};
}

SessionMachine::Actions SessionMachine::on_pong(const Facts& facts) {
  if (!open()) return {};
  heartbeat_.on_pong(facts.now);
  return {.heartbeat = heartbeat_.next()};
}

SessionMachine::Actions SessionMachine::on_close_packet() {
  if (!open()) return {};
  if (state_ == State::upgraded || poll_pending_) return release_poll_and_end();
  // A client nearly always has a pending poll, on another connection than its POST: a poll that was sent first may arrive second.
  state_ = State::left;
  return {.effect = Effect::wait_for_overtaken_poll, .told = CloseReason::transport_close};
}

SessionMachine::Actions SessionMachine::on_websocket_opened() {
  if (state_ != State::polling) return {.effect = Effect::close_websocket};
  state_ = State::offered;
  return {.effect = Effect::keep_candidate};
}

SessionMachine::Actions SessionMachine::on_probe(const Facts& facts) {
  if (state_ != State::offered) return lose_candidate(Effect::drop_candidate);
  state_ = State::probing;
  // Without a poll to answer, queued packets wait for the next poll, or for the WebSocket.
  Actions actions = answer_poll(facts.packets_wait ? PollAnswer::packets : PollAnswer::noop);
  actions.effect = Effect::answer_probe;
  return actions;
}

SessionMachine::Actions SessionMachine::on_upgrade() {
  if (state_ != State::probing) return lose_candidate(Effect::drop_candidate);
  PARLEY_ASSERT(!poll_pending_);  // the probe has answered it, and no later one waits
  state_ = State::upgraded;
  return {.effect = Effect::switch_over};
}

SessionMachine::Actions SessionMachine::on_heartbeat(const Facts& facts) {
  if (state_ == State::left || state_ == State::ended) return {};
  Actions actions;
  switch (heartbeat_.at(facts.now)) {
    case Heartbeat::Due::timed_out:
      if (!open() || !facts.unread) return end(CloseReason::ping_timeout);
      heartbeat_.on_pong(facts.now);  // it may be among the unread packets
      break;
    case Heartbeat::Due::ping:
      if (open()) actions.effect = Effect::send_ping;
      break;
    case Heartbeat::Due::nothing:
      break;
  }
  actions.heartbeat = heartbeat_.next();
  return actions;
}

SessionMachine::Actions SessionMachine::on_close_asked() {
  if (!open()) return {};
  state_ = state_ == State::upgraded ? State::closing_websocket : State::closing_polling;
  return {.effect = Effect::begin_close};
}

SessionMachine::Actions SessionMachine::on_close_due(const Facts& facts) {
  if (state_ == State::closing_websocket) return end(CloseReason::forced_close);
  if (state_ != State::closing_polling) return {};
  if (poll_pending_ && !facts.packets_wait) return end(CloseReason::forced_close);
  state_ = State::draining;
  Actions actions = answer_poll(PollAnswer::packets);
  actions.effect = Effect::wait_for_last_poll;
  actions.told = CloseReason::forced_close;
  return actions;
}

/// Long polling is the transport.
bool SessionMachine::polls() const {
  return state_ != State::upgraded && state_ != State::closing_websocket && state_ != State::ended;
}

/// Of a request of long polling, where none is possible.
std::optional<RequestError> SessionMachine::refusal() const {
  if (polls()) return std::nullopt;
  return state_ == State::ended ? RequestError::session_id_unknown : RequestError::bad_request;
}

SessionMachine::Actions SessionMachine::answer_poll(PollAnswer answer) {
  return {.poll = std::exchange(poll_pending_, false) ? answer : PollAnswer::none};
}

/// Long polling continues.
SessionMachine::Actions SessionMachine::lose_candidate(Effect effect) {
  if (state_ != State::offered && state_ != State::probing) return {};
  state_ = State::polling;
  return {.effect = effect};
}

SessionMachine::Actions SessionMachine::end(CloseReason reason, Effect effect) {
  if (state_ == State::ended) return {};
  Actions actions = answer_poll(PollAnswer::close);
  actions.effect = effect;
  const bool told_before = state_ == State::draining || state_ == State::left;
  if (!told_before) actions.told = open() ? reason : CloseReason::forced_close;
  state_ = State::ended;
  return actions;
}

SessionMachine::Actions SessionMachine::end_if(bool ends, CloseReason reason) {
  return ends ? end(reason) : Actions{};
}

/// The client has closed: it needs no close packet.
SessionMachine::Actions SessionMachine::release_poll_and_end() {
  Actions actions = end(CloseReason::transport_close);
  if (actions.poll == PollAnswer::close) actions.poll = PollAnswer::noop;
  return actions;
}

SessionMachine::Actions SessionMachine::refuse_and_end(CloseReason reason) {
  Actions actions = end(reason);
  actions.refuse = RequestError::bad_request;
  return actions;
}

SessionMachine::Event event_of(PacketType type) {
  using Event = SessionMachine::Event;
  switch (type) {
    case PacketType::pong:
      return Event::pong;
    case PacketType::close:
      return Event::close_packet;
    case PacketType::ping:
      return Event::ping_packet;
    case PacketType::open:
    case PacketType::message:
    case PacketType::upgrade:
    case PacketType::noop:
      break;
  }
  return Event::other_packet;
}

SessionMachine::Event candidate_event_of(const Packet& packet) {
  using Event = SessionMachine::Event;
  if (packet.type == PacketType::ping && packet.data == "probe") return Event::probe;
  return packet.type == PacketType::upgrade ? Event::upgrade : Event::wrong_packet;
}

}  // namespace parley::protocol::engineio
