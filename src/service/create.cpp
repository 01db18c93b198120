#include "service/create.hpp"

#include "base/limits.hpp"
#include "domain/authorization.hpp"
#include "domain/created.hpp"
#include "service/refusals.hpp"
#include "service/view.hpp"

namespace parley::service {
namespace {

constexpr std::size_t number_candidates = 4;  // of 2^40 numbers; that all are taken means a store that is full beyond reason

Error invalid(const char* message) {
  return {ErrorCode::invalid_argument, message, {}};
}

/// What is known of a patient (docs/api-contract.md §5.1): one whom no token has named yet may be one, unless the user store says who is.
Result<std::optional<domain::User>> find_patient(Context& context, const UserId& id) {
  const domain::Role& role = context.config.roles.patient();
  if (context.config.identity == IdentitySource::directory) {
    auto stored = context.stored_users.read(id);
    if (stored && (!*stored || (*stored)->role != role)) return std::unexpected(invalid("Invalid patient ID"));
    return stored;
  }
  auto known = context.users.find(id);
  if (!known) {
    auto stored = context.deps.directory.find_user(id);
    if (!stored) return stored;
    known = std::move(*stored);
  }
  const bool other_role = known && !known->role.name.empty() && known->role != role;
  if (other_role) return std::unexpected(invalid("Invalid patient ID"));
  return known;
}

}  // namespace

/// The one step of a session that nobody knows of yet.
class Creator::CreateStep final : public Step {
 public:
  CreateStep(Creator& creator, Pair pair, const SessionId& session) : creator_(creator), pair_(std::move(pair)), session_(session) {}

  Decision decide(const Outlook& outlook) override {
    const Request& request = creator_.pairs_.at(pair_).front();
    Propose proposal;
    proposal.now = outlook.row.created_at;
    proposal.draft = domain::created_draft(outlook.row, {request.caller->user.id, outlook.row.participants.front().role});
    proposal.row = std::make_shared<const domain::SessionRow>(outlook.row);
    return proposal;
  }
  void committed(SessionState& session, const Committed&) override {
    (*creator_.pairs_.at(pair_).front().answer)(session_view(creator_.shard_.context(), session, *session.row));
    creator_.finish(pair_);
  }
  void refused(Error error) override {
    creator_.pairs_.at(pair_).front().answer->refuse(std::move(error));
    creator_.shard_.drop_later(session_);
    creator_.finish(pair_);
  }

 private:
  Creator& creator_;
  Pair pair_;
  SessionId session_;
};

void Creator::create(Request request) {
  const Pair pair{request.caller->user.id, request.patient};
  std::deque<Request>& waiting = pairs_[pair];
  if (waiting.size() >= limits::creates_waiting_max) {
    count(shard_.context().counters.refused_overloaded);
    request.answer->refuse(overloaded());
    return;
  }
  waiting.push_back(std::move(request));
  if (waiting.size() == 1) check(pair);
}

void Creator::check(const Pair& pair) {
  std::vector<SessionNumber> candidates;
  while (candidates.size() < number_candidates) candidates.push_back(domain::draw_session_number(shard_.entropy()));
  shard_.read<Checked>([&context = shard_.context(), request = pairs_.at(pair).front(),
                        candidates = std::move(candidates)](store::LogReader&) { return check_in_store(context, request, candidates); },
                       [this, pair](Result<Checked> checked) {
                         if (checked) return append(pair, std::move(*checked));
                         pairs_.at(pair).front().answer->refuse(std::move(checked.error()));
                         finish(pair);
                       });
}

Result<Creator::Checked> Creator::check_in_store(Context& context, const Request& request, std::vector<SessionNumber> candidates) {
  store::Directory& directory = context.deps.directory;
  Checked checked;
  auto patient = find_patient(context, request.patient);
  if (!patient) return std::unexpected(patient.error());
  checked.patient = std::move(*patient);

  using State = domain::TextField::State;
  if (request.appointment.state == State::text) checked.appointment = ObjectId::parse(request.appointment.value);
  if (request.appointment.state != State::falsy && !checked.appointment) return std::unexpected(invalid("Invalid appointment ID"));

  const auto open = directory.find_open_session(request.caller->user.id, request.patient);
  if (!open) return std::unexpected(open.error());
  if (*open) return refuse(ErrorCode::already_exists, "Active session already exists", (*open)->to_string());

  for (const SessionNumber candidate : candidates) {
    const auto taken = directory.find_session(candidate);
    if (!taken) return std::unexpected(taken.error());
    if (*taken) continue;
    checked.number = candidate;
    return checked;
  }
  return std::unexpected(overloaded());
}

SessionId Creator::draw_session_id() {
  // Ids are drawn until one belongs to this shard, so the session is born where it will live.
  const std::size_t loops = shard_.context().deps.loops.size();
  for (;;) {
    const SessionId id = SessionId::from_random(shard_.entropy().bytes<16>());
    if (std::hash<SessionId>{}(id) % loops == shard_.loop().index()) return id;
  }
}

void Creator::append(const Pair& pair, Checked checked) {
  const Request& request = pairs_.at(pair).front();
  const domain::RoleSet& roles = shard_.context().config.roles;
  domain::SessionRow row;
  row.id = draw_session_id();
  row.number = checked.number;
  row.secret = shard_.entropy().bytes<32>();
  row.participants = {{request.caller->user.id, roles.doctor()}, {request.patient, roles.patient()}};
  row.appointment = checked.appointment;
  row.created_at = shard_.context().deps.clock.now();
  row.object_id = domain::make_entry_id(row.created_at, row.number, 1);
  std::vector<domain::User> users = {request.caller->user};
  if (checked.patient) users.push_back(std::move(*checked.patient));

  SessionState& session = shard_.add(new_session(std::move(row), std::move(users)));
  session.sequencer.submit(std::make_unique<CreateStep>(*this, pair, session.id()));
}

void Creator::finish(const Pair& pair) {
  const auto found = pairs_.find(pair);
  found->second.pop_front();
  if (found->second.empty())
    pairs_.erase(found);
  else
    check(pair);
}

void create_session(Router& router, std::vector<std::unique_ptr<Creator>>& creators, EventLoop& from, CallerPtr caller,
                    CreateSession request, Done<domain::SessionView> done) {
  if (auto allowed = domain::authorize_create(caller->user, router.context().config.roles); !allowed) {
    return done(std::unexpected(std::move(allowed.error())));
  }
  if (request.patient.state == domain::TextField::State::falsy) return done(std::unexpected(invalid("Patient ID is required")));
  const auto patient = UserId::parse(request.patient.value);
  if (!patient) return done(std::unexpected(invalid("Invalid patient ID")));

  const std::size_t pair_hash = std::hash<UserId>{}(caller->user.id) * 31 + std::hash<UserId>{}(*patient);
  SessionShard& shard = router.shard_at(pair_hash % router.shard_count());
  Creator& creator = *creators[shard.loop().index()];
  auto answer = std::make_shared<Answer<domain::SessionView>>(shard, from, std::move(done));
  router.on_shard(from, shard,
                  [&creator, request = Creator::Request{std::move(caller), *patient, std::move(request.appointment), std::move(answer)}](
                      SessionShard&) mutable { creator.create(std::move(request)); });
}

}  // namespace parley::service
