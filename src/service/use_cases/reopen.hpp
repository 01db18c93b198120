// Reopens an ended session: an entry of the log, after which messages and signalling are accepted as before the end.
#pragma once

#include <cstdint>
#include <optional>

#include "service/session/invocation.hpp"
#include "service/session/step.hpp"

namespace parley::service {

/// A step that may reopen its session. `reopen` decides this in the turn of the session's pair (PairLanes), so that a create of the same
/// pair cannot come in between: turn → is another session of the pair open? → append `reopened` → outcome → end of the turn.
class ReopeningStep : public Step {
 public:
  explicit ReopeningStep(Router& router) : router_(router) {}

  Result<void> read(store::LogReader& reader, store::Directory& directory) override;
  void forget_read() final { other_.reset(); }
  void await(Task then) final;
  void committed(SessionState& session, const Committed& committed) final;
  void settled(SessionState& session) final;
  void refused(Error error) final;

 protected:
  /// The next decision about an ended session that `user` may reopen; the entry records `role`. Refusals: `Rate limit exceeded for
  /// reopenings` · already_exists `Active session already exists`, detail: its sessionId · overloaded.
  [[nodiscard]] Decision reopen(const Outlook& outlook, const UserId& user, const domain::Role& role);
  [[nodiscard]] Router& router() const { return router_; }

  // As in Step; the turn of the pair ends after these calls.
  virtual void on_committed(SessionState& session, const Committed& committed) = 0;
  virtual void on_settled(SessionState& session) = 0;
  virtual void on_refused(Error error) = 0;

 private:
  [[nodiscard]] std::optional<Error> count_rate(const UserId& user);
  void end_turn();

  Router& router_;
  SessionId session_;
  std::optional<Pair> pair_;  // of the session, once it is to be reopened
  enum class Turn : std::uint8_t { none, refused, begun } turn_ = Turn::none;
  std::optional<std::optional<SessionId>> other_;  // the result of the read: the open session of the pair, or that there is none
  bool rate_counted_ = false;                      // a reopening counts once, however often it is decided
};

/// ChatService::reopen_session.
void reopen_session(Invocation by, const domain::SessionField& session, Done<domain::SessionView> done);

}  // namespace parley::service
