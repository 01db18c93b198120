#include "service/session/creator.hpp"

#include "base/limits.hpp"
#include "domain/created.hpp"
#include "service/session/router.hpp"
#include "service/session/view.hpp"
#include "service/shared/refusals.hpp"

namespace parley::service {
namespace {

constexpr std::size_t number_candidates = 4;  // of 2^40 numbers; all four are taken only when the store is full beyond reason

Error invalid(const char* message) {
  return {ErrorCode::invalid_argument, message, {}};
}

/// Looks a patient up (docs/api-contract.md §5.1). Unless the user store decides, an id that no token has named yet may be a patient.
Result<std::optional<domain::User>> find_patient(Context& context, const UserId& id) {
  const domain::Role& role = context.config.roles.patient();
  if (context.config.identity == IdentitySource::directory) {
    auto stored = context.stored_users.read(id);
    if (stored && (!*stored || (*stored)->role != role)) return std::unexpected(invalid("Invalid patient ID"));
    return stored;
  }
  auto known = context.users.find(id);
  if (!known) {
    auto stored = context.deps.store.directory().find_user(id);
    if (!stored) return stored;
    known = std::move(*stored);
  }
  const bool other_role = known && !known->role.name.empty() && known->role != role;
  if (other_role) return std::unexpected(invalid("Invalid patient ID"));
  return known;
}

}  // namespace

/// The first step of a session. Reports its result to the creator on the session's shard.
class Creator::CreateStep final : public Step {
 public:
  using Told = std::move_only_function<void(Result<domain::SessionView>)>;
  CreateStep(SessionShard& shard, const SessionId& session, Told told) : shard_(shard), session_(session), told_(std::move(told)) {}

  Decision decide(const Outlook& outlook) override {
    has_begun_ = true;
    Propose proposal;
    proposal.draft = domain::created_draft(outlook.row, outlook.row.participants.front());
    proposal.draft.time = outlook.row.created_at;
    proposal.row = std::make_shared<const domain::SessionRow>(outlook.row);
    return proposal;
  }
  void committed(SessionState& session, const Committed&) override {
    auto view = session_view(shard_.context(), session, *session.row);
    shard_.keep_created(session_);
    told_(std::move(view));
  }
  void refused(Error error) override {
    if (has_begun_) shard_.drop_created(session_);
    told_(std::unexpected(std::move(error)));
  }

 private:
  SessionShard& shard_;
  SessionId session_;
  Told told_;
  bool has_begun_ = false;
};

void Creator::create(Request request) {
  const Pair pair{request.caller->user.id, request.patient};
  const auto answer = request.answer;
  const bool is_accepted = shard_.pair_lanes().enter(pair, [this, pair, request = std::move(request)]() mutable {
    under_way_.insert_or_assign(pair, std::move(request));
    check(pair);
  });
  if (is_accepted) return;
  count(shard_.context().counters.refused_overloaded);
  answer->refuse(overloaded());
}

void Creator::check(const Pair& pair) {
  std::vector<SessionNumber> candidates;
  while (candidates.size() < number_candidates) candidates.push_back(domain::draw_session_number(shard_.entropy()));
  shard_.read<Checked>([&context = shard_.context(), request = under_way_.at(pair),
                        candidates = std::move(candidates)](store::LogReader&) { return check_in_store(context, request, candidates); },
                       [this, pair](Result<Checked> checked) {
                         if (!checked) return finish(pair, std::unexpected(std::move(checked.error())));
                         if (checked->existing) return find_existing(pair, *checked->existing);
                         append(pair, std::move(*checked));
                       });
}

Result<Creator::Checked> Creator::check_in_store(Context& context, const Request& request, std::vector<SessionNumber> candidates) {
  store::Directory& directory = context.deps.store.directory();
  Checked checked;
  auto patient = find_patient(context, request.patient);
  if (!patient) return std::unexpected(patient.error());
  checked.patient = std::move(*patient);

  using State = domain::TextField::State;
  if (request.appointment.state == State::text) checked.appointment = ObjectId::parse(request.appointment.value);
  if (request.appointment.state != State::falsy && !checked.appointment) return std::unexpected(invalid("Invalid appointment ID"));

  auto chosen = find_chosen(directory, request);
  if (!chosen) return std::unexpected(chosen.error());
  checked.existing = *chosen;
  if (checked.existing) return checked;

  const auto open = directory.find_open_session(request.caller->user.id, request.patient);
  if (!open) return std::unexpected(open.error());
  if (*open && request.session == *open) {  // created after find_chosen looked for it
    checked.existing = request.session;
    return checked;
  }
  if (*open) return std::unexpected(active_session_exists(**open));

  for (const SessionNumber candidate : candidates) {
    const auto taken = directory.find_session(candidate);
    if (!taken) return std::unexpected(taken.error());
    if (*taken) continue;
    checked.number = candidate;
    return checked;
  }
  return std::unexpected(overloaded());
}

/// The chosen session if it exists and belongs to the pair. A session of another pair is refused.
Result<std::optional<SessionId>> Creator::find_chosen(store::Directory& directory, const Request& request) {
  if (!request.session) return std::optional<SessionId>{};
  const auto row = directory.find_session(*request.session);
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::optional<SessionId>{};
  const auto& people = (*row)->participants;
  const bool is_theirs = people.size() >= 2 && people[0].user == request.caller->user.id && people[1].user == request.patient;
  if (!is_theirs) return std::unexpected(session_id_in_use(*request.session));
  return request.session;
}

SessionId Creator::draw_session_id() {
  // Draws ids until one belongs to this shard, so that the session starts on the shard that owns it.
  const std::size_t loops = shard_.context().deps.loops.size();
  for (;;) {
    const SessionId id = SessionId::from_random(shard_.entropy().bytes<16>());
    if (std::hash<SessionId>{}(id) % loops == shard_.loop().index()) return id;
  }
}

void Creator::append(const Pair& pair, Checked checked) {
  const Request& request = under_way_.at(pair);
  const domain::RoleSet& roles = shard_.context().config.roles;
  domain::SessionRow row;
  row.id = request.session ? *request.session : draw_session_id();
  row.number = checked.number;
  row.secret = shard_.entropy().bytes<32>();
  row.participants = {{request.caller->user.id, roles.doctor()}, {request.patient, roles.patient()}};
  row.appointment = checked.appointment;
  row.created_at = shard_.context().deps.clock.now();
  row.object_id = domain::make_entry_id(row.created_at, row.number, 1);
  std::vector<domain::User> users = {request.caller->user};
  if (checked.patient) users.push_back(std::move(*checked.patient));

  SessionShard& home = router_.shard_of(row.id);
  auto step = std::make_unique<CreateStep>(home, row.id, [this, pair, &home](Result<domain::SessionView> created) {
    router_.on_shard(home.loop(), shard_,
                     [this, pair, created = std::move(created)](SessionShard&) mutable { settle(pair, std::move(created)); });
  });
  router_.on_shard(shard_.loop(), home,
                   [session = new_session(std::move(row), std::move(users)), step = std::move(step)](SessionShard& shard) mutable {
                     shard.create(std::move(session), std::move(step));
                   });
}

void Creator::find_existing(const Pair& pair, const SessionId& id) {
  router_.on_shard_of(shard_.loop(), id, [this, pair, id](SessionShard& home) {
    home.look(id, [this, pair, &home](Result<SessionState*> session) {
      auto view = session ? session_view(home.context(), **session, *(*session)->row)
                          : Result<domain::SessionView>(std::unexpected(std::move(session.error())));
      if (view) view->freshness = domain::SessionView::Freshness::duplicate;
      router_.on_shard(home.loop(), shard_, [this, pair, view = std::move(view)](SessionShard&) mutable { finish(pair, std::move(view)); });
    });
  });
}

void Creator::settle(const Pair& pair, Result<domain::SessionView> created) {
  const bool is_taken = !created && created.error().code == ErrorCode::already_exists;
  if (is_taken) return check_again(pair, std::move(created.error()));
  finish(pair, std::move(created));
}

/// The store, or the shard of the id, has a session of this id that the check did not see. The first repeated check can find it at once.
/// Later checks wait: it may be arriving from another server, or be a document that cannot be adopted.
void Creator::check_again(const Pair& pair, Error taken) {
  Request& request = under_way_.at(pair);
  if (++request.checks == 1) return check(pair);
  if (request.checks > limits::create_checks_max) {
    const bool may_appear = taken.retry_after_ms > 0;
    const auto id = request.session.value_or(SessionId());
    return finish(pair, std::unexpected(may_appear ? overloaded() : session_id_in_use(id)));
  }
  shard_.loop().call_after(limits::create_check_delay, alive_.guard([this, pair] {
    const SessionShard::Turn turn(shard_);
    check(pair);
  }));
}

void Creator::finish(const Pair& pair, Result<domain::SessionView> result) {
  const auto answer = under_way_.at(pair).answer;
  under_way_.erase(pair);
  (*answer)(std::move(result));
  shard_.pair_lanes().leave(pair);
}

}  // namespace parley::service
