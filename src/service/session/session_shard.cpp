#include "service/session/session_shard.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "service/shared/refusals.hpp"

namespace parley::service {

SessionShard::SessionShard(Context& context, EventLoop& loop)
    : context_(context),
      loop_(loop),
      entropy_(context.deps.make_entropy()),
      outbox_(context.deps.loops, loop),
      sessions_max_(std::max<std::size_t>(1, context.config.sessions_loaded_max / context.deps.loops.size())),
      texts_bytes_max_(context.config.texts_loaded_bytes_max / context.deps.loops.size()) {
  context_.deps.store.log().attach(loop_, *this);
  if (context_.deps.store.directory().foreign_writes().noticed != store::ForeignWrites::Noticed::never)
    loop_.post(alive_.guard([this] { look_at_joined_later(); }));
}

SessionState* SessionShard::find(const SessionId& id) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return nullptr;
  touch(*found->second);
  return found->second.get();
}

SessionState* SessionShard::find_whole(const SessionId& id) {
  SessionState* session = find(id);
  if (session == nullptr || !session->members.empty() || !session->steps.idle()) return session;
  const store::ForeignWrites foreign = context_.deps.store.directory().foreign_writes();
  using Noticed = store::ForeignWrites::Noticed;
  if (foreign.noticed == Noticed::never) return session;
  const bool is_old =
      foreign.noticed == Noticed::when_looked && session->looked_at + limits::foreign_look_fresh < context_.deps.clock.steady_now();
  if (!is_old && session->looked_at >= foreign.doubted_at) return session;
  let_go(*session);
  return nullptr;
}

void SessionShard::look_at_joined_later() {
  loop_.call_after(limits::foreign_look_turn, alive_.guard([this] {
    const Turn turn(*this);
    look_at_joined();
    look_at_joined_later();
  }));
}

// A round takes half the interval, so the time between two looks at a session never exceeds the interval.
void SessionShard::look_at_joined() {
  const store::ForeignWrites foreign = context_.deps.store.directory().foreign_writes();
  const SteadyTime now = context_.deps.clock.steady_now();
  const bool all = foreign.noticed == store::ForeignWrites::Noticed::when_looked;
  if (to_look_at_.empty() && now - round_began_ >= limits::foreign_look_interval / 2) {
    round_began_ = now;
    for (const auto& [id, session] : sessions_)
      if (!session->members.empty() && (all || session->looked_at < foreign.doubted_at)) to_look_at_.push_back(id);
    looks_a_turn_ = 1 + to_look_at_.size() / (limits::foreign_look_interval / 2 / limits::foreign_look_turn);
  }
  for (std::size_t count = 0; count < looks_a_turn_ && !to_look_at_.empty() && looks_in_flight_ < limits::foreign_looks_at_once; ++count) {
    look_at_joined(to_look_at_.back());
    to_look_at_.pop_back();
  }
}

// Changes found by the look are in the log before its answer, and the loops are notified. A failed look is repeated in the next round.
void SessionShard::look_at_joined(const SessionId& id) {
  ++looks_in_flight_;
  const SteadyTime since = context_.deps.clock.steady_now();
  read<void>(
      [id, &directory = context_.deps.store.directory()](store::LogReader&) -> Result<void> {
        const auto row = directory.find_session(id);
        if (!row) return std::unexpected(row.error());
        return {};
      },
      [this, id, since](Result<void> looked) {
        --looks_in_flight_;
        const auto session = sessions_.find(id);
        if (!looked || session == sessions_.end()) return;
        session->second->looked_at = since;
        session->second->steps.catch_up();  // another node, or `parley adopt --deletions`, may have been faster than this look
      });
}

void SessionShard::submit(const SessionId& id, std::unique_ptr<Step> step) {
  if (SessionState* session = find_whole(id)) {
    session->steps.submit(std::move(step));
    return;
  }
  const std::size_t bytes = step->bytes();
  look(
      id,
      [step = std::move(step)](Result<SessionState*> session) mutable {
        if (session)
          (*session)->steps.submit(std::move(step));
        else
          step->refused(std::move(session.error()));
      },
      bytes);
}

void SessionShard::submit_if_present(const SessionId& id, std::unique_ptr<Step> step) {
  if (sessions_.contains(id) || loading_.contains(id)) submit(id, std::move(step));
}

void SessionShard::look(const SessionId& id, Look look, std::size_t bytes) {
  if (SessionState* session = find_whole(id)) {
    look(session);
    return;
  }
  const auto [loading, started_here] = loading_.try_emplace(id);
  const bool is_full =
      loading->second.waiting.size() >= limits::session_steps_max || loading->second.bytes + bytes > limits::session_steps_bytes_max;
  if (is_full) {
    count(context_.counters.refused_overloaded);
    look(std::unexpected(overloaded()));
    return;
  }
  loading->second.waiting.push_back(std::move(look));
  loading->second.bytes += bytes;
  if (started_here) loading->second.since = context_.deps.clock.steady_now();
  if (started_here) start_load(id);
}

void SessionShard::in_order(const SessionId& id, Task task) {
  if (!loading_.contains(id)) return task();
  look(id, [task = std::move(task)](Result<SessionState*>) mutable { task(); });
}

void SessionShard::start_load(const SessionId& id) {
  read<LoadedSession>([id, &context = context_](store::LogReader& reader) { return load_session(id, reader, context); },
                      [this, id](Result<LoadedSession> loaded) { finish_load(id, std::move(loaded)); });
}

void SessionShard::finish_load(const SessionId& id, Result<LoadedSession> loaded) {
  Loading loading = std::move(loading_.extract(id).mapped());
  auto& waiting = loading.waiting;
  SessionState* session = nullptr;
  if (loaded) {
    for (const domain::User& user : loaded->users) context_.users.put_if_absent(user);
    session = &add(std::make_unique<SessionState>(*this, std::move(*loaded)));
    session->looked_at = loading.since;
  }
  for (Look& look : waiting) {
    if (session != nullptr)
      look(session);
    else
      look(std::unexpected(loaded.error()));
  }
}

void SessionShard::create(LoadedSession loaded, std::unique_ptr<Step> first) {
  const SessionId id = loaded.row.id;
  if (find(id) != nullptr) return first->refused(session_id_in_use(id));
  if (loading_.contains(id)) {  // calls that look for the session, or create it, come first
    look(id, [this, id, loaded = std::move(loaded), first = std::move(first)](Result<SessionState*> session) mutable {
      const bool is_free = !session && session.error().code == ErrorCode::not_found;
      if (is_free) return create(std::move(loaded), std::move(first));
      first->refused(session ? session_id_in_use(id) : std::move(session.error()));
    });
    return;
  }
  loading_.try_emplace(id);
  auto session = std::make_unique<SessionState>(*this, std::move(loaded));
  SessionState& created = *session;
  by_number_.emplace(created.row->number, &created);
  creating_.emplace(id, std::move(session));
  created.steps.submit(std::move(first));
}

void SessionShard::keep_created(const SessionId& id) {
  SessionState& session = add(std::move(creating_.extract(id).mapped()));
  auto waiting = std::move(loading_.extract(id).mapped().waiting);
  for (Look& look : waiting) look(&session);
}

void SessionShard::drop_created(const SessionId& id) {
  auto dropped = std::move(creating_.extract(id).mapped());
  by_number_.erase(dropped->row->number);
  loop_.post([dropped = std::move(dropped)] {});  // its own steps are the caller
  const auto loading = loading_.find(id);
  if (loading->second.waiting.empty()) {
    loading_.erase(loading);
    return;
  }
  loading->second.since = context_.deps.clock.steady_now();
  start_load(id);
}

SessionState& SessionShard::add(std::unique_ptr<SessionState> session) {
  make_room();
  SessionState& added = *session;
  added.looked_at = context_.deps.clock.steady_now();
  added.recency = recency_.insert(recency_.begin(), added.id());
  touch(added);
  by_number_.emplace(added.row->number, &added);
  sessions_.emplace(added.id(), std::move(session));
  count(context_.counters.sessions_loaded);
  return added;
}

void SessionShard::touch(SessionState& session) {
  recency_.splice(recency_.begin(), recency_, session.recency);
  const std::size_t weight = session.weight();
  weight_ += weight - session.weight_counted;
  session.weight_counted = weight;
}

void SessionShard::make_room() {
  constexpr int tries_max = 16;  // joined and busy sessions move to the front; a shard full of them grows with its connections
  for (int tries = 0; tries < tries_max && is_full() && !recency_.empty(); ++tries) {
    SessionState& oldest = *sessions_.at(recency_.back());
    if (oldest.members.empty() && oldest.steps.idle())
      let_go(oldest);
    else
      touch(oldest);
  }
}

void SessionShard::let_go(SessionState& session) {
  const SessionId id = session.id();
  weight_ -= session.weight_counted;
  entry_tails_.drop(session.row->number);
  by_number_.erase(session.row->number);
  recency_.erase(session.recency);
  sessions_.erase(id);
  context_.counters.sessions_loaded.fetch_sub(1, std::memory_order_relaxed);
}

void SessionShard::drop_later(const SessionId& id) {
  loop_.post([this, id] {
    const auto session = sessions_.find(id);
    if (session != sessions_.end() && session->second->members.empty() && session->second->steps.idle()) let_go(*session->second);
  });
}

void SessionShard::append(store::Append append) {
  ++appends_in_flight_;
  context_.deps.store.log().append(loop_, std::move(append));
}

void SessionShard::on_appended(std::span<store::AppendOutcome> outcomes) {
  const Turn turn(*this);
  for (store::AppendOutcome& outcome : outcomes) {
    --appends_in_flight_;
    const auto session = by_number_.find(outcome.session);
    if (session != by_number_.end()) session->second->steps.settle(outcome);
  }
  if (appends_in_flight_ != 0) return;
  for (Task& drained : std::exchange(when_drained_, {})) drained();
}

void SessionShard::on_arrived(SessionNumber number) {
  const Turn turn(*this);
  const auto session = by_number_.find(number);
  if (session != by_number_.end()) session->second->steps.catch_up();
}

void SessionShard::keep_entries(const SessionState& session, const domain::EntriesView& entries) {
  // If others write the log too, only the store knows where it ends.
  if (context_.deps.store.directory().foreign_writes().noticed != store::ForeignWrites::Noticed::never) return;
  entry_tails_.keep(session.row->number, session.head, entries);
}

void SessionShard::note_read(SessionNumber number, const domain::EntriesView& entries) {
  const auto session = by_number_.find(number);
  if (session == by_number_.end()) return;
  keep_entries(*session->second, entries);
  session->second->steps.note_end(entries.to.seq);
}

void SessionShard::catch_up_later(const SessionState& session) {
  loop_.call_after(limits::catch_up_retry_after, alive_.guard([this, number = session.row->number] { on_arrived(number); }));
}

void SessionShard::when_drained(Task drained) {
  if (appends_in_flight_ == 0)
    drained();
  else
    when_drained_.push_back(std::move(drained));
}

}  // namespace parley::service
