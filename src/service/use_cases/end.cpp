#include "service/use_cases/end.hpp"

#include <utility>

#include "service/session/access.hpp"
#include "service/session/deliver.hpp"
#include "service/session/row_change.hpp"

namespace parley::service {
namespace {

Propose end_of(const Outlook& outlook, Timestamp now, const domain::Participant& by) {
  return row_change(outlook, now, by, {domain::EntryKind::ended, &domain::SessionRow::end});
}

class EndStep final : public Step {
 public:
  EndStep(Answer<domain::EndView> answer, Invocation by) : answer_(std::move(answer)), caller_(std::move(by.caller)) {}

  Decision decide(const Outlook& outlook) override;
  void committed(SessionState& session, const Committed& committed) override {
    answer_(domain::EndView{*session.row});
    deliver_end(answer_.shard(), session, caller_->user.id, committed.seq);
  }
  void refused(Error error) override { answer_.refuse(std::move(error)); }

 private:
  Answer<domain::EndView> answer_;
  CallerPtr caller_;
};

Decision EndStep::decide(const Outlook& outlook) {
  auto participant = domain::authorize_participant(outlook.row, caller_->user);
  if (!participant) return Refuse{std::move(participant.error())};
  if (outlook.row.status == domain::SessionStatus::ended) return Refuse{already_ended()};
  return end_of(outlook, answer_.shard().context().deps.clock.now(), *participant);
}

class EndStaleStep final : public Step {
 public:
  EndStaleStep(Answer<StaleEnd> answer, CallerPtr ender, StaleRule rule)
      : answer_(std::move(answer)), ender_(std::move(ender)), rule_(rule) {}

  Decision decide(const Outlook& outlook) override {
    if (!rule_.holds_for(outlook.row)) return Settle{};
    return end_of(outlook, answer_.shard().context().deps.clock.now(), {ender_->user.id, ender_->user.role});
  }
  void committed(SessionState& session, const Committed& committed) override {
    answer_(StaleEnd::ended);
    deliver_end(answer_.shard(), session, ender_->user.id, committed.seq);
    if (session.members.empty()) answer_.shard().drop_later(session.id());
  }
  void settled(SessionState&) override { answer_(StaleEnd::left_alone); }
  void refused(Error error) override { answer_.refuse(std::move(error)); }

 private:
  Answer<StaleEnd> answer_;
  CallerPtr ender_;
  StaleRule rule_;
};

}  // namespace

void end_session(Invocation by, const domain::SessionField& session, Done<domain::EndView> done) {
  submit_step<EndStep>(std::move(by), session, std::move(done));
}

void end_if_stale(Invocation by, const SessionId& session, const StaleRule& rule, Done<StaleEnd> done) {
  Answer<StaleEnd> answer(by.router.shard_of(session), by.from, std::move(done));
  by.router.submit(by.from, session, std::make_unique<EndStaleStep>(std::move(answer), std::move(by.caller), rule));
}

}  // namespace parley::service
