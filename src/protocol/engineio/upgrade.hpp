// The upgrade from long polling to WebSocket, as a state machine of the candidate connection (Engine.IO protocol v4, "Upgrade").
//
//   client                      server
//     2probe  ── websocket ──►  answer `3probe`; a poll that hangs, and every one that follows, gets a noop `6`
//     5       ── websocket ──►  this connection is now the transport; what is queued leaves on it
//
// Anything else on the candidate, or silence, fails the upgrade: the candidate is closed and long polling goes on.
#pragma once

#include <cstdint>

#include "base/clock.hpp"
#include "protocol/engineio/packet.hpp"

namespace parley::protocol::engineio {

class Upgrade {
 public:
  /// `deadline`: when an upgrade that has not finished fails.
  explicit Upgrade(SteadyTime deadline) : deadline_(deadline) {}

  enum class Action : std::uint8_t {
    nothing,
    answer_probe,  // send `3probe` on the candidate and release the poll that hangs
    switch_over,   // the candidate is the transport; the last poll that hangs is released with a noop
    close,         // the candidate, and only it
  };
  /// A packet came on the candidate.
  [[nodiscard]] Action on_packet(const Packet& packet);
  /// The candidate went, or its WebSocket was broken: never to be asked again.
  void on_candidate_gone();
  /// Time passed.
  [[nodiscard]] Action at(SteadyTime now);
  [[nodiscard]] SteadyTime deadline() const { return deadline_; }

  /// A poll must not hang now: answer it with what is queued, or a noop.
  [[nodiscard]] bool releases_polls() const { return state_ == State::probed; }
  [[nodiscard]] bool finished() const { return state_ == State::upgraded || state_ == State::failed; }
  [[nodiscard]] bool upgraded() const { return state_ == State::upgraded; }

 private:
  enum class State : std::uint8_t { waiting, probed, upgraded, failed };
  Action fail();

  SteadyTime deadline_;
  State state_ = State::waiting;
};

}  // namespace parley::protocol::engineio
