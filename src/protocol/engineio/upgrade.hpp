// The upgrade from long polling to WebSocket, as a state machine of the candidate connection (Engine.IO protocol v4, "Upgrade").
//
//   client                      server
//     2probe  ── websocket ──►  answer `3probe`; the pending poll and each later one get a noop `6`
//     5       ── websocket ──►  this connection is now the transport; queued packets leave on it
//
// Any other packet on the candidate, or silence, fails the upgrade: the candidate is closed and long polling continues.
#pragma once

#include <cstdint>

#include "base/clock.hpp"
#include "protocol/engineio/packet.hpp"

namespace parley::protocol::engineio {

class Upgrade {
 public:
  /// `deadline`: the time at which an unfinished upgrade fails.
  explicit Upgrade(SteadyTime deadline) : deadline_(deadline) {}

  enum class Action : std::uint8_t {
    nothing,
    answer_probe,  // send `3probe` on the candidate and answer the pending poll
    switch_over,   // the candidate is now the transport; the pending poll is answered with a noop
    close,         // close the candidate, and only it
  };
  /// A packet arrived on the candidate.
  [[nodiscard]] Action on_packet(const Packet& packet);
  /// The candidate closed, or its WebSocket was broken. It must not be used again.
  void on_candidate_gone();
  /// Time has passed.
  [[nodiscard]] Action at(SteadyTime now);
  [[nodiscard]] SteadyTime deadline() const { return deadline_; }

  /// A poll must be answered at once: with the queued packets, or with a noop.
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
