#include "service/end.hpp"

#include <algorithm>
#include <utility>

#include "service/access.hpp"
#include "service/deliver.hpp"

namespace parley::service {
namespace {

class EndStep final : public Step {
 public:
  EndStep(Answer<domain::EndView> answer, CallerPtr caller) : answer_(std::move(answer)), caller_(std::move(caller)) {}

  Decision decide(const Outlook& outlook) override;
  void committed(SessionState& session, const Committed&) override {
    answer_(domain::EndView{*session.row});
    deliver_end(answer_.shard(), session, caller_->user.id);
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

  Propose proposal;
  proposal.now = std::max(answer_.shard().context().deps.clock.now(), outlook.head.timestamp);
  proposal.draft.kind = domain::EntryKind::ended;
  proposal.draft.sender = caller_->user.id;
  proposal.draft.sender_role = std::move(participant->role);
  auto row = std::make_shared<domain::SessionRow>(outlook.row);
  row->status = domain::SessionStatus::ended;
  row->ended_at = proposal.now;
  proposal.row = std::move(row);
  return proposal;
}

}  // namespace

void end_session(Router& router, EventLoop& from, CallerPtr caller, const domain::SessionField& session, Done<domain::EndView> done) {
  submit_step<EndStep>(router, from, session, std::move(done), std::move(caller));
}

}  // namespace parley::service
