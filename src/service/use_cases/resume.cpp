#include "service/use_cases/resume.hpp"

#include <optional>
#include <utility>

#include "base/limits.hpp"
#include "service/session/access.hpp"
#include "service/shared/refusals.hpp"
#include "service/use_cases/entries.hpp"

namespace parley::service {
namespace {

using domain::EntriesView;

class ResumeStep final : public Step {
 public:
  ResumeStep(SessionShard& shard, Resume request) : shard_(shard), request_(std::move(request)) {}

  Decision decide(const Outlook& outlook) override {
    if (auto participant = domain::authorize_participant(outlook.row, request_.caller->user); !participant)
      return Refuse{std::move(participant.error())};
    if (request_.connection->gone) return Refuse{overloaded()};  // nobody would receive the answer, so nothing is read
    number_ = outlook.row.number;
    if (outlook.in_flight != Outlook::InFlight::nothing) return WaitForTurn{};
    if (!entries_) entries_ = shard_.entry_tails().answer(*outlook.session.row, request_.range, limits::socket_entries_bytes_max);
    return entries_ ? Decision(Settle{}) : Decision(Read{});
  }
  Result<void> read(store::LogReader& reader, store::Directory&) override {
    if (request_.connection->gone) return std::unexpected(overloaded());
    auto entries = read_range(reader, {request_.session, number_}, request_.range, limits::socket_entries_bytes_max);
    if (!entries) return std::unexpected(std::move(entries.error()));
    entries_ = std::move(*entries);
    return {};
  }
  void forget_read() override { entries_.reset(); }
  void settled(SessionState& session) override;
  void refused(Error error) override { request_.then(std::unexpected(std::move(error))); }

 private:
  SessionShard& shard_;
  Resume request_;
  SessionNumber number_;
  std::optional<EntriesView> entries_;
};

void ResumeStep::settled(SessionState& session) {
  const bool reached_end = entries_->rest == EntriesView::Rest::none && entries_->to.seq >= session.head.seq;
  if (!reached_end) entries_->rest = EntriesView::Rest::more;
  shard_.keep_entries(session, *entries_);
  const std::uint32_t to = entries_->to.seq;
  request_.then(std::move(*entries_));  // before the events that the change below lets through
  if (Member* member = session.member(request_.connection->id); member != nullptr && reached_end) member->hears_after = to;
  session.steps.note_end(to);
}

}  // namespace

void resume(SessionShard& shard, Resume request) {
  const SessionId session = request.session;
  shard.submit(session, std::make_unique<ResumeStep>(shard, std::move(request)));
}

void socket_entries(Router& router, ConnectionPtr connection, ReadEntries request, Done<EntriesView> done) {
  CallerPtr caller = connection->caller;
  Invocation by{router, router.loop_of(*connection), connection->caller};
  with_access<EntriesView>(
      std::move(by), request.session, std::move(done),
      [caller, connection = std::move(connection), range = std::move(request.range)](SessionShard& shard, SessionState& state,
                                                                                     Answer<EntriesView> answer) mutable {
        if (!range) return answer.refuse(std::move(range.error()));
        const Member* member = state.member(connection->id);
        const bool is_catching_up = member != nullptr && member->hears_after == Member::still_reading;
        if (!is_catching_up || range->before)
          return read_range_aside(state, {std::move(*range), limits::socket_entries_bytes_max, connection}, std::move(answer));
        resume(shard, {state.id(), std::move(caller), std::move(connection), std::move(*range),
                       [answer = std::move(answer)](Result<EntriesView> entries) mutable { answer(std::move(entries)); }});
      });
}

}  // namespace parley::service
