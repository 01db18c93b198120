// The sessions of one event loop: finds, loads and unloads them, and sends their output.
//
// Turn     Every input (a call, an outcome, the result of a read) enters through a Turn. Its output leaves when the outermost Turn
//          ends.
// Foreign  Other software may write to the store without the store noticing. Then a session without members is loaded again before
//          it is used, and a session with members is looked at now and then (docs/adr/0015).
// Bounds   ServiceConfig::sessions_loaded_max and texts_loaded_bytes_max, split over the shards.
//          Sessions that are joined or busy stay loaded.
//          An id that does not exist leaves nothing in memory.
// Owner    The loop's thread; nothing here is locked.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/entropy.hpp"
#include "service/memory/entry_tails.hpp"
#include "service/session/context.hpp"
#include "service/session/load.hpp"
#include "service/session/outbox.hpp"
#include "service/session/pair_lanes.hpp"
#include "service/session/session_state.hpp"
#include "service/session/step.hpp"
#include "service/shared/alive.hpp"
#include "service/shared/read_then.hpp"
#include "store/session_log.hpp"

namespace parley::service {

class SessionShard final : public store::CommitListener {
 public:
  SessionShard(Context& context, EventLoop& loop);

  class Turn {
   public:
    explicit Turn(SessionShard& shard) : shard_(shard) { ++shard_.turn_depth_; }
    ~Turn() {
      if (--shard_.turn_depth_ == 0) shard_.outbox_.flush();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    SessionShard& shard_;
  };

  // The methods below need a Turn.

  /// Hands the step to the session's sequencer, loading the session first. If the session cannot be loaded, the step is refused.
  void submit(const SessionId& id, std::unique_ptr<Step> step);
  /// As submit, but when the session is neither loaded nor being loaded, the step is dropped without an answer.
  void submit_if_present(const SessionId& id, std::unique_ptr<Step> step);
  /// Runs `look` on the loaded session, inside this call or later, in order with earlier calls that wait for the load. `bytes`: the size of
  /// the texts that `look` keeps until then.
  using Look = std::move_only_function<void(Result<SessionState*>)>;
  void look(const SessionId& id, Look look, std::size_t bytes = 0);
  /// Runs `task` after everything that waits for the session to be loaded; loads nothing.
  void in_order(const SessionId& id, Task task);
  /// The session if it is loaded.
  [[nodiscard]] SessionState* find(const SessionId& id);
  /// Begins a session; `first` is its first step. Until this step calls `keep_created` or `drop_created`, calls for the id wait, as during
  /// a load: nobody sees a session that may not come to exist. When there is already a session of this id, the step is refused with
  /// already_exists, without being decided.
  void create(LoadedSession loaded, std::unique_ptr<Step> first);
  /// The session exists from now on.
  void keep_created(const SessionId& id);
  /// The session does not exist, as far as this server knows. Calls that wait for the id look in the store.
  void drop_created(const SessionId& id);
  /// Unloads a session that is no longer needed, once the turn is over.
  void drop_later(const SessionId& id);

  void on_appended(std::span<store::AppendOutcome> outcomes) override;
  void on_arrived(SessionNumber session) override;
  /// These entries were read from the session's log: they are kept in memory if they are its newest.
  void keep_entries(const SessionState& session, const domain::EntriesView& entries);
  /// As keep_entries, for a read that was not in the order of the session's steps: it may have seen more of the log (StepRunner::note_end).
  void note_read(SessionNumber session, const domain::EntriesView& entries);
  /// The newest entries in memory. A step of a session notes each change of its log here.
  [[nodiscard]] EntryTails& entry_tails() { return entry_tails_; }
  /// As on_arrived, limits::catch_up_retry_after from now, if the session is loaded then.
  void catch_up_later(const SessionState& session);
  void append(store::Append append);

  /// Runs `job` on a reader thread and `then` back here, in a Turn. When the reader pool is full, `then` gets overloaded at once.
  template <typename T>
  void read(std::move_only_function<Result<T>(store::LogReader&)> job, std::move_only_function<void(Result<T>)> then);
  /// Gives `result` to `done` on loop `from`, in order with all other output of this turn.
  template <typename T>
  void answer(std::size_t from, Done<T> done, Result<T> result);

  /// `drained` runs here when every accepted append has its outcome.
  void when_drained(Task drained);

  [[nodiscard]] Context& context() { return context_; }
  [[nodiscard]] EventLoop& loop() { return loop_; }
  [[nodiscard]] Entropy& entropy() { return *entropy_; }
  [[nodiscard]] Outbox& outbox() { return outbox_; }
  [[nodiscard]] PairLanes& pair_lanes() { return pair_lanes_; }
  [[nodiscard]] WorkPool& works() { return works_; }
  /// For the message of one commit: keeps its memory for the next one.
  [[nodiscard]] domain::MessageView& scratch_message() { return scratch_message_; }
  [[nodiscard]] std::uint64_t next_token() { return next_token_++; }
  [[nodiscard]] std::size_t sessions() const { return sessions_.size(); }

 private:
  struct Loading {
    std::vector<Look> waiting;
    std::size_t bytes = 0;  // size of the texts that they keep
    SteadyTime since{};
  };

  SessionState& add(std::unique_ptr<SessionState> session);
  void start_load(const SessionId& id);
  void finish_load(const SessionId& id, Result<LoadedSession> loaded);
  /// As find; but unloads a session that has no members and may lack writes of other software.
  [[nodiscard]] SessionState* find_whole(const SessionId& id);
  void look_at_joined_later();
  void look_at_joined();
  void look_at_joined(const SessionId& id);
  void touch(SessionState& session);
  [[nodiscard]] bool is_full() const { return sessions_.size() >= sessions_max_ || weight_ > texts_bytes_max_; }
  void make_room();
  void let_go(SessionState& session);

  Context& context_;
  EventLoop& loop_;
  std::unique_ptr<Entropy> entropy_;
  Outbox outbox_;
  EntryTails entry_tails_;
  PairLanes pair_lanes_;  // of the pairs that belong to this shard
  WorkPool works_;
  domain::MessageView scratch_message_;
  std::unordered_map<SessionId, std::unique_ptr<SessionState>> sessions_;
  std::unordered_map<SessionId, std::unique_ptr<SessionState>> creating_;  // each is in loading_ too
  std::unordered_map<SessionNumber, SessionState*> by_number_;             // of both
  std::unordered_map<SessionId, Loading> loading_;  // each has a read job or an append: bounded by the queues of the store
  std::list<SessionId> recency_;                    // most recently used first
  std::size_t sessions_max_;
  std::size_t texts_bytes_max_;
  std::size_t weight_ = 0;  // SessionState::weight of the sessions loaded, as of when each was last touched
  std::size_t appends_in_flight_ = 0;
  std::vector<Task> when_drained_;
  std::vector<SessionId> to_look_at_;  // of this round
  std::size_t looks_a_turn_ = 0;
  std::size_t looks_in_flight_ = 0;
  SteadyTime round_began_{};
  std::uint64_t next_token_ = 1;
  unsigned turn_depth_ = 0;
  Alive alive_;
};

template <typename T>
void SessionShard::read(std::move_only_function<Result<T>(store::LogReader&)> job, std::move_only_function<void(Result<T>)> then) {
  const bool accepted =
      read_then<T>(context_.deps.store.log(), loop_, std::move(job), [this, then = std::move(then)](Result<T> result) mutable {
        const Turn turn(*this);
        then(std::move(result));
      });
  if (!accepted) count(context_.counters.refused_overloaded);
}

template <typename T>
void SessionShard::answer(std::size_t from, Done<T> done, Result<T> result) {
  outbox_.run(from, std::move(done).with(std::move(result)));
}

}  // namespace parley::service
