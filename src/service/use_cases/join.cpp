#include "service/use_cases/join.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "api/answer.hpp"
#include "domain/extensions.hpp"
#include "service/session/access.hpp"
#include "service/session/deliver.hpp"
#include "service/session/row_change.hpp"
#include "service/session/view.hpp"
#include "service/use_cases/reopen.hpp"
#include "service/use_cases/resume.hpp"

namespace parley::service {
namespace {

using domain::JoinView;
using domain::SessionView;

/// The entry and the row of a session's first join.
Propose first_join(const Outlook& outlook, const domain::Participant& participant, Timestamp now) {
  Propose proposal = row_change(outlook, now, participant, {domain::EntryKind::participant, &domain::SessionRow::start});
  proposal.draft.extensions.push_back(domain::participant_extension({domain::ParticipantChangeKind::first_join, participant}));
  return proposal;
}

/// Whether a join reopens this session, which has ended.
bool reopens(const ReopeningConfig& config, const Outlook& outlook, Timestamp now) {
  if (config.by != ReopeningConfig::By::joining) return false;
  return config.within.count() == 0 || now - outlook.row.ended_at.value_or(outlook.head.timestamp) <= config.within;
}

/// Reads the session's documents once more before a refusal because the session has ended, or
/// because the pair has another open session. Other software may have made the session active
/// again a moment ago. A client that it sent here must not lose this race (docs/adr/0015).
class SecondLook {
 public:
  /// The decision itself, or Read to look once more before it.
  Decision before(Decision decision, const Outlook& outlook, const store::Directory& directory) {
    const auto* refusal = std::get_if<Refuse>(&decision);
    if (looked_ || refusal == nullptr || !is_about_an_end(refusal->error.code)) return decision;
    if (directory.foreign_writes().noticed == store::ForeignWrites::Noticed::never) return decision;
    session_ = outlook.row.id;
    return Read{};
  }
  [[nodiscard]] bool is_due() const { return !looked_ && !session_.empty(); }
  /// The loop receives the changes found by this read before it continues with the step. If the read fails, the refusal is kept.
  Result<void> read(store::Directory& directory) {
    looked_ = true;
    [[maybe_unused]] const auto row = directory.find_session(session_);
    return {};
  }

 private:
  [[nodiscard]] static bool is_about_an_end(ErrorCode code) {
    return code == ErrorCode::session_ended || code == ErrorCode::already_exists;
  }

  SessionId session_;
  bool looked_ = false;
};

/// Shared by joining and starting: the access check, the reopening of an ended session, and the entry of a first join.
class EnteringStep : public ReopeningStep {
 public:
  explicit EnteringStep(Invocation by) : ReopeningStep(by.router), caller_(std::move(by.caller)) {}

  Result<void> read(store::LogReader& reader, store::Directory& directory) final {
    return second_look_.is_due() ? second_look_.read(directory) : ReopeningStep::read(reader, directory);
  }

 protected:
  void on_committed(SessionState& session, const Committed& committed) final;
  [[nodiscard]] Decision decide_entry(const Outlook& outlook) {
    return second_look_.before(decide_by_rules(outlook), outlook, router().context().deps.store.directory());
  }
  [[nodiscard]] const CallerPtr& caller() const { return caller_; }

 private:
  [[nodiscard]] Decision decide_by_rules(const Outlook& outlook);

  CallerPtr caller_;
  SecondLook second_look_;
  bool was_ended_ = false;
};

Decision EnteringStep::decide_by_rules(const Outlook& outlook) {
  auto participant = domain::authorize_participant(outlook.row, caller_->user);
  if (!participant) return Refuse{std::move(participant.error())};
  const Timestamp now = router().context().deps.clock.now();
  was_ended_ = outlook.row.status == domain::SessionStatus::ended;
  if (was_ended_ && reopens(router().context().config.reopening, outlook, now))
    return reopen(outlook, participant->user, participant->role);
  if (auto open = domain::require_open(outlook.row); !open) return Refuse{std::move(open.error())};
  if (outlook.row.status != domain::SessionStatus::created) return Settle{};
  return first_join(outlook, *participant, now);
}

void EnteringStep::on_committed(SessionState& session, const Committed& committed) {
  if (was_ended_) deliver_reopened(router().shard_of(session.id()), session, caller_->user.id, committed.seq);
  on_settled(session);
}

class StartStep final : public EnteringStep {
 public:
  StartStep(Answer<SessionView> answer, Invocation by) : EnteringStep(std::move(by)), answer_(std::move(answer)) {}

  Decision decide(const Outlook& outlook) override { return decide_entry(outlook); }

 protected:
  void on_settled(SessionState& session) override { answer_(session_view(router().context(), session, *session.row)); }
  void on_refused(Error error) override { answer_.refuse(std::move(error)); }

 private:
  Answer<SessionView> answer_;
};

class JoinStep final : public EnteringStep {
 public:
  using Range = std::optional<Result<domain::EntryRange>>;
  JoinStep(Answer<JoinView> answer, Invocation by, ConnectionPtr connection, Join request)
      : EnteringStep(std::move(by)),
        answer_(std::move(answer)),
        connection_(std::move(connection)),
        range_(std::move(request.resume)),
        place_(std::move(request.place)) {}

  Decision decide(const Outlook& outlook) override;

 protected:
  void on_settled(SessionState& session) override;
  void on_refused(Error error) override { answer_.refuse(std::move(error)); }

 private:
  void enter(SessionState& session);
  void add_member(SessionState& session);
  void answer_with_resume(JoinView view);

  Answer<JoinView> answer_;
  ConnectionPtr connection_;
  Range range_;
  RoomPlacePtr place_;
  std::shared_ptr<const domain::SessionRow> before_;
  std::optional<Error> refusal_;  // sent together with the resume: the session has ended and stays ended
};

/// The session has ended and this join cannot reopen it; its log may still be read.
bool leaves_resume(const Error& error) {
  return error.code == ErrorCode::session_ended || error.code == ErrorCode::already_exists;
}

/// The sockets of the room except `joining`, counted by user. A room has few users: at most the session's participants.
std::vector<domain::RoomMember> members_beside(const SessionState& session, std::uint64_t joining) {
  std::vector<domain::RoomMember> counted;
  for (const Member& member : session.members) {
    if (member.connection->id == joining) continue;
    const domain::User& user = member.connection->caller->user;
    const auto known = std::ranges::find(counted, user.id, &domain::RoomMember::user);
    if (known == counted.end())
      counted.push_back({user.id, user.role, 1});
    else
      ++known->sockets;
  }
  return counted;
}

Decision JoinStep::decide(const Outlook& outlook) {
  before_ = std::make_shared<const domain::SessionRow>(outlook.row);
  if (range_ && !*range_) {  // after the access check, like every parameter
    auto participant = domain::authorize_participant(outlook.row, caller()->user);
    return Refuse{participant ? range_->error() : std::move(participant.error())};
  }
  Decision decision = decide_entry(outlook);
  refusal_.reset();
  auto* refusal = std::get_if<Refuse>(&decision);
  if (range_ && refusal != nullptr && leaves_resume(refusal->error)) {
    refusal_ = std::move(refusal->error);
    return Settle{};
  }
  return decision;
}

void JoinStep::on_settled(SessionState& session) {
  if (!refusal_) return enter(session);
  JoinView view;
  view.room = JoinView::Room::not_entered;
  view.refusal = std::move(*refusal_);
  answer_with_resume(std::move(view));
}

void JoinStep::enter(SessionState& session) {
  JoinView view;
  view.members = members_beside(session, connection_->id);
  // The session as it was before this join; but a session that this join reopened is shown as open.
  view.session = session_view(router().context(), session, before_->status == domain::SessionStatus::ended ? *session.row : *before_);
  add_member(session);
  if (range_)
    answer_with_resume(std::move(view));
  else
    answer_(std::move(view));
}

void JoinStep::add_member(SessionState& session) {
  if (Member* member = session.member(connection_->id)) {
    if (!range_ && member->hears_after == Member::still_reading) member->hears_after = 0;  // no longer asks for missed entries
    return;
  }
  if (connection_->gone) return;
  place_->is_free.store(false, std::memory_order_relaxed);
  session.members.push_back({connection_, range_ ? Member::still_reading : 0, std::move(place_)});
  SessionShard& shard = answer_.shard();
  count(shard.context().counters.members_joined);
  if (session.members.size() == 1) count(shard.context().counters.sessions_joined);

  const domain::User& user = caller()->user;
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().key("userId");
  api::write_id(writer, user.id);
  writer.member("userRole", user.role.name);
  if (!user.email.empty()) writer.member("userEmail", user.email);
  writer.end_object();
  tell_room(shard, session, {ServerEvent::user_joined, json}, connection_->id);
}

void JoinStep::answer_with_resume(JoinView view) {
  SessionShard& shard = answer_.shard();
  resume(shard, {before_->id, caller(), std::move(connection_), std::move(**range_),
                 [answer = std::move(answer_), view = std::move(view)](Result<domain::EntriesView> entries) mutable {
                   if (entries)
                     view.resume = std::move(*entries);
                   else
                     view.refusal = std::move(entries.error());
                   answer(std::move(view));
                 }});
}

/// Waits for its turn, so that the room receives the earlier events of the socket first. If the step is refused, the socket still leaves.
class LeaveStep final : public Step {
 public:
  LeaveStep(SessionShard& shard, const SessionId& session, ConnectionPtr connection, protocol::socketio::DisconnectReason reason)
      : shard_(shard), session_(session), connection_(std::move(connection)), reason_(reason) {}

  Decision decide(const Outlook&) override { return Settle{}; }
  void settled(SessionState& session) override;
  void refused(Error) override {
    if (SessionState* session = shard_.find(session_)) settled(*session);
  }

 private:
  SessionShard& shard_;
  SessionId session_;
  ConnectionPtr connection_;
  protocol::socketio::DisconnectReason reason_;
};

/// Returns whether the connection was a member.
bool remove_member(SessionShard& shard, SessionState& session, const Connection& connection) {
  const auto left = std::erase_if(session.members, [&](const Member& member) { return member.connection->id == connection.id; });
  if (left == 0) return false;
  shard.context().counters.members_joined.fetch_sub(1, std::memory_order_relaxed);
  if (session.members.empty()) shard.context().counters.sessions_joined.fetch_sub(1, std::memory_order_relaxed);
  return true;
}

void LeaveStep::settled(SessionState& session) {
  if (!remove_member(shard_, session, *connection_)) return;
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().key("userId");
  api::write_id(writer, connection_->caller->user.id);
  writer.member("userRole", connection_->caller->user.role.name);
  writer.member("reason", protocol::socketio::name_of(reason_)).end_object();
  tell_room(shard_, session, {ServerEvent::user_left, json});
}

/// In order with reopenings: if a reopening comes first, the socket keeps the room.
class VacateStep final : public Step {
 public:
  VacateStep(Answer<Vacated> answer, ConnectionPtr connection) : answer_(std::move(answer)), connection_(std::move(connection)) {}

  Decision decide(const Outlook&) override { return Settle{}; }
  void settled(SessionState& session) override {
    if (session.row->status != domain::SessionStatus::ended) return answer_(Vacated::kept);
    remove_member(answer_.shard(), session, *connection_);
    answer_(Vacated::left);
  }
  void refused(Error error) override { answer_.refuse(std::move(error)); }

 private:
  Answer<Vacated> answer_;
  ConnectionPtr connection_;
};

}  // namespace

void start_session(Invocation by, const domain::SessionField& session, Done<SessionView> done) {
  submit_step<StartStep>(std::move(by), session, std::move(done));
}

void join(Router& router, ConnectionPtr connection, Join request, Done<JoinView> done) {
  const domain::SessionField session = request.session;
  Invocation by{router, router.loop_of(*connection), connection->caller};
  submit_step<JoinStep>(std::move(by), session, std::move(done), std::move(connection), std::move(request));
}

void leave(Router& router, ConnectionPtr connection, const SessionId& session, protocol::socketio::DisconnectReason reason) {
  EventLoop& from = router.loop_of(*connection);
  router.on_shard_of(from, session, [session, reason, connection = std::move(connection)](SessionShard& shard) mutable {
    shard.submit_if_present(session, std::make_unique<LeaveStep>(shard, session, std::move(connection), reason));
  });
}

void vacate(Router& router, ConnectionPtr connection, const SessionId& session, Done<Vacated> done) {
  EventLoop& from = router.loop_of(*connection);
  Answer<Vacated> answer(router.shard_of(session), from, std::move(done));
  router.submit(from, session, std::make_unique<VacateStep>(std::move(answer), std::move(connection)));
}

}  // namespace parley::service
