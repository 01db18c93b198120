// Checks whether one STUN or TURN server works, with the requests of a browser: a Binding for a STUN server (RFC 8489); for a TURN server
// (RFC 8656) an Allocate with long-term credentials, released at once. A state machine without socket or clock: it returns the datagrams to
// send and their times, and receives the answers.
//
//   stun: binding ──answer──► done
//   turn: allocate ──401, realm, nonce──► allocate with credentials ──answer──► done ──► refresh(0), not awaited
//                                           └──438: once more with the new nonce──┘
//
// Answers of other transactions, answers with wrong integrity, and bytes that are not STUN are ignored: anybody can send them.
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
  std::optional<std::chrono::nanoseconds> response_time;  // of the last answered request, from its first sending
  std::string error;                                      // empty: healthy
};

class ServerProbe {
 public:
  /// `entropy` must outlive the probe.
  ServerProbe(ProbeTarget target, Entropy& entropy, SteadyTime now);

  /// The datagram that is due, if any: a request, its repetition (RFC 8489 §6.2.1: after 500 ms, then twice as long each time), or the last
  /// datagram, which releases the allocation.
  [[nodiscard]] std::optional<Bytes> take_due(SteadyTime now);
  /// The time of the next datagram; must not be called when done.
  [[nodiscard]] SteadyTime next_due() const { return next_due_; }
  void on_datagram(BytesView datagram, SteadyTime now);
  /// Ends the probe: no answer came in time, or the system reported that the server is not reachable.
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
