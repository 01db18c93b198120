#include "service/use_cases/reopen.hpp"

#include <utility>

#include "domain/authorization.hpp"
#include "service/session/access.hpp"
#include "service/session/deliver.hpp"
#include "service/session/row_change.hpp"
#include "service/session/view.hpp"
#include "service/shared/refusals.hpp"

namespace parley::service {
namespace {

using domain::SessionView;

Propose reopening_of(const Outlook& outlook, Timestamp now, const UserId& user, const domain::Role& role) {
  return row_change(outlook, now, {user, role}, {domain::EntryKind::reopened, &domain::SessionRow::reopen});
}

std::optional<Pair> pair_of(const domain::SessionRow& row) {
  if (row.participants.size() < 2) return std::nullopt;
  return Pair{row.participants[0].user, row.participants[1].user};
}

}  // namespace

Decision ReopeningStep::reopen(const Outlook& outlook, const UserId& user, const domain::Role& role) {
  // The end must be in the log, and so in the directory, before the search for an open session of the pair.
  if (outlook.in_flight != Outlook::InFlight::nothing) return WaitForTurn{};
  if (auto refusal = count_rate(user)) return Refuse{std::move(*refusal)};
  const Timestamp now = router_.context().deps.clock.now();
  session_ = outlook.row.id;
  if (!pair_) pair_ = pair_of(outlook.row);
  if (!pair_) return reopening_of(outlook, now, user, role);  // no pair, so no other session
  if (turn_ == Turn::none) return Await{};
  if (turn_ == Turn::refused) {
    count(router_.context().counters.refused_overloaded);
    return Refuse{overloaded()};
  }
  if (!other_) return Read{};
  // If it is this session itself, another server has just reopened it; the append will find out.
  if (*other_ && **other_ != session_) return Refuse{active_session_exists(**other_)};
  return reopening_of(outlook, now, user, role);
}

std::optional<Error> ReopeningStep::count_rate(const UserId& user) {
  if (rate_counted_) return std::nullopt;
  Context& context = router_.context();
  const auto admission = context.rates.admit(user, EventKind::reopening, context.config.rates.reopening);
  if (!admission.admitted) {
    count(context.counters.refused_rate_limited);
    return Error{ErrorCode::rate_limited, "Rate limit exceeded for reopenings", {}, admission.retry_after_ms};
  }
  rate_counted_ = true;
  return std::nullopt;
}

void ReopeningStep::await(Task then) {
  SessionShard& home = router_.shard_of(session_);
  router_.on_shard(home.loop(), router_.shard_of_pair(*pair_), [this, &home, then = std::move(then)](SessionShard& lane) mutable {
    auto shared = std::make_shared<Task>(std::move(then));  // a refused `begin` is destroyed
    const auto go_on = [this, &home, &lane, shared](Turn turn) {
      router_.on_shard(lane.loop(), home, [this, shared, turn](SessionShard&) {
        turn_ = turn;
        (*shared)();
      });
    };
    if (!lane.pair_lanes().enter(*pair_, [go_on] { go_on(Turn::begun); })) go_on(Turn::refused);
  });
}

Result<void> ReopeningStep::read(store::LogReader&, store::Directory& directory) {
  auto open = directory.find_open_session(pair_->first, pair_->second);
  if (!open) return std::unexpected(std::move(open.error()));
  other_ = *std::move(open);
  return {};
}

void ReopeningStep::end_turn() {
  if (std::exchange(turn_, Turn::none) != Turn::begun) return;
  router_.on_shard(router_.shard_of(session_).loop(), router_.shard_of_pair(*pair_),
                   [pair = *pair_](SessionShard& lane) { lane.pair_lanes().leave(pair); });
}

void ReopeningStep::committed(SessionState& session, const Committed& committed) {
  on_committed(session, committed);
  end_turn();
}

void ReopeningStep::settled(SessionState& session) {
  on_settled(session);
  end_turn();
}

void ReopeningStep::refused(Error error) {
  on_refused(std::move(error));
  end_turn();
}

namespace {

class ReopenStep final : public ReopeningStep {
 public:
  ReopenStep(Answer<SessionView> answer, Invocation by)
      : ReopeningStep(by.router), answer_(std::move(answer)), caller_(std::move(by.caller)) {}

  Decision decide(const Outlook& outlook) override;

 protected:
  void on_committed(SessionState& session, const Committed& committed) override {
    answer_(session_view(router().context(), session, *session.row));
    deliver_reopened(answer_.shard(), session, caller_->user.id, committed.seq);
  }
  void on_settled(SessionState&) override {}  // a reopening never settles
  void on_refused(Error error) override { answer_.refuse(std::move(error)); }

 private:
  Answer<SessionView> answer_;
  CallerPtr caller_;
};

Decision ReopenStep::decide(const Outlook& outlook) {
  auto role = domain::authorize_reopen(outlook.row, caller_->user);
  if (!role) return Refuse{std::move(role.error())};
  if (router().context().config.reopening.by == ReopeningConfig::By::nobody) return Refuse{reopening_is_off()};
  if (outlook.row.status != domain::SessionStatus::ended) return Refuse{not_ended()};
  return reopen(outlook, caller_->user.id, *role);
}

}  // namespace

void reopen_session(Invocation by, const domain::SessionField& session, Done<SessionView> done) {
  submit_step<ReopenStep>(std::move(by), session, std::move(done));
}

}  // namespace parley::service
