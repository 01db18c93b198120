// Whether one STUN or TURN server works, asked as a browser would ask it: a Binding of a STUN server (RFC 8489), an Allocate with
// long-term credentials of a TURN server (RFC 8656), which is given back at once. A state machine without socket or clock: it says what to
// send and when, and is told what came.
//
//   stun: binding ──answer──► done
//   turn: allocate ──401, realm, nonce──► allocate with credentials ──answer──► done ──► refresh(0), not awaited
//                                           └──438: once more with the new nonce──┘
//
// Answers of other transactions, answers whose integrity is wrong, and bytes that are no STUN are ignored: anybody can send them.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "protocol/stun/message.hpp"

namespace parley::protocol::stun {

struct ProbeTarget {
  enum class Kind : std::uint8_t { stun, turn } kind = Kind::stun;
  std::string username;    // turn
  std::string credential;  // turn
};

struct ProbeOutcome {
  bool healthy = false;
  std::optional<std::chrono::nanoseconds> response_time;  // of the last request that was answered, from its first sending
  std::string error;                                      // empty: healthy
};

class ServerProbe {
 public:
  /// `entropy` must outlive the probe.
  ServerProbe(ProbeTarget target, Entropy& entropy, SteadyTime now);

  /// The datagram that is due, if one is: a request, its repetition (RFC 8489 §6.2.1: after 500 ms, then twice as long each time), or the
  /// last one, which gives the allocation back.
  [[nodiscard]] std::optional<Bytes> take_due(SteadyTime now);
  /// When the next one is due; not while done.
  [[nodiscard]] SteadyTime next_due() const { return next_due_; }
  void on_datagram(BytesView datagram, SteadyTime now);
  /// It is over: nothing came in time, or the system said that nobody is there.
  void give_up(std::string why);

  [[nodiscard]] bool done() const { return outcome_.has_value(); }
  [[nodiscard]] const std::optional<ProbeOutcome>& outcome() const { return outcome_; }

 private:
  void begin(Bytes request, SteadyTime now);
  [[nodiscard]] MessageWriter new_request(Method method);
  [[nodiscard]] Bytes authenticated(MessageWriter writer) const;
  void ask_for_allocation(SteadyTime now);
  void on_success(const Message& message, SteadyTime now);
  void on_error(const Message& message, SteadyTime now);
  void finish(ProbeOutcome outcome);

  ProbeTarget target_;
  Entropy& entropy_;
  Method method_;
  TransactionId transaction_{};
  Bytes request_;
  SteadyTime first_sent_{};
  SteadyTime next_due_{};
  std::chrono::milliseconds wait_{};
  std::string realm_;
  std::string nonce_;
  Bytes key_;  // empty: not authenticated yet
  bool nonce_renewed_ = false;
  Bytes farewell_;
  std::optional<ProbeOutcome> outcome_;
};

}  // namespace parley::protocol::stun
