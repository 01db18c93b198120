// The store ports in memory. The tests of the service use this model, and the contract suite compares the engines with it.
//
// Deterministic and on one thread. Commits and reads are tasks on the `worker` loop, so they run only when a test runs that loop. Outcomes
// are posted to the loops of their appends, one task for each commit and loop. A test requests faults by name. Not modelled: durability,
// threads and memory limits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/event_loop.hpp"
#include "base/limits.hpp"
#include "store/store.hpp"

namespace parley::test {

class ModelStore final : public store::WholeStore {
 public:
  ModelStore(EventLoop& worker, const Clock& clock) : worker_(worker), clock_(clock) {}

  // SessionLog
  void attach(EventLoop& loop, store::CommitListener& listener) override;
  void append(EventLoop& loop, store::Append append) override;
  [[nodiscard]] Result<void> read(ReadJob job) override;

  // Directory
  [[nodiscard]] store::ForeignWrites foreign_writes() const override { return foreign_; }
  [[nodiscard]] Result<std::optional<domain::SessionRow>> find_session(const SessionId& session) override;
  [[nodiscard]] Result<std::optional<domain::SessionRow>> find_session(SessionNumber number) override;
  [[nodiscard]] Result<std::optional<SessionId>> find_open_session(const UserId& doctor, const UserId& patient) override;
  [[nodiscard]] Result<store::OpenSessionsOfUser> open_sessions_of(const UserId& user, const std::optional<store::SessionPlace>& after,
                                                                   std::size_t count) override;
  [[nodiscard]] Result<store::OpenSessions> open_sessions_before(Timestamp created_before, BytesView after, std::size_t count) override;
  [[nodiscard]] Result<std::optional<domain::EntryAddress>> find_message(const ObjectId& message) override;
  [[nodiscard]] Result<std::optional<domain::User>> find_user(const UserId& user) override;
  void remember_user(const domain::User& user) override;

  // SignallingRecord
  void record(store::SignallingMessage message) override;
  [[nodiscard]] Result<store::SignallingPage> newest(SessionNumber session, const SessionId& session_id,
                                                     const store::SignallingRange& range) override;

  // RevocationRecord
  void revoke(EventLoop& loop, domain::Revocation revocation, std::move_only_function<void(Result<void>)> done) override;
  [[nodiscard]] Result<std::vector<domain::Revocation>> all_revocations() override;

  // ClockRecord
  void note_clock(store::ClockLook look) override { clock_look_ = look; }
  [[nodiscard]] Result<std::optional<store::ClockLook>> last_clock_look() override { return clock_look_; }

  // Faults

  /// After this call appends wait: nothing is committed and no outcome arrives.
  void hold_commits() { held_ = true; }
  void release_commits();
  /// The next append to be committed is refused with `error` instead. Several calls refuse several appends.
  void fail_next(Error error) { failures_.push_back(std::move(error)); }
  /// Like fail_next, after `passed` more appends have succeeded.
  void fail_after(std::size_t passed, Error error) {
    failures_.insert(failures_.end(), passed, std::nullopt);
    failures_.push_back(std::move(error));
  }
  /// Removes the failures that no append has met yet.
  void fail_no_more() { failures_.clear(); }
  /// Refuses every append with `error` until `accept`.
  void refuse_all(Error error) { refusal_ = std::move(error); }
  void accept() { refusal_.reset(); }
  /// Every read (log, directory, signalling) returns `error` until `mend_reads`.
  void fail_reads(Error error) { read_failure_ = std::move(error); }
  void mend_reads() { read_failure_.reset(); }
  /// Accepts read jobs, but runs none until `release_reads`.
  void hold_reads() { reads_held_ = true; }
  void release_reads();
  /// While set, there is too little room for texts: they get `store_full`.
  void fill(bool full) { full_ = full; }
  /// The next commit fails like a failed sync: its appends are `unknown` and lost, all later ones are refused with store_failed.
  void break_sync() { sync_broken_ = true; }
  /// While set, `read` refuses jobs with `overloaded`.
  void refuse_read_jobs(bool refused) { read_jobs_refused_ = refused; }
  enum class Fate : std::uint8_t { stored, lost, late };
  /// The outcome of the next append is `unknown`. Its entries are stored, lost, or stored late by `look_for_unknown`.
  void unknown_next(Fate fate) { unknown_ = fate; }
  /// An engine does this some time after an unknown outcome. Late entries are stored if their place is still free. Then the loops receive
  /// the sessions whose logs have grown.
  void look_for_unknown();
  /// Commits at once, before all queued appends, as another node would. Asserts that `expected` is the head.
  void intrude(store::Append append);
  /// Replaces the whole log by this entry, with any seq. It imitates an old log of which only the end is read.
  void continue_at(SessionNumber session, domain::EncodedEntry last);
  /// After this call, reads that meet this entry return log_corrupt, and so do appends to its session.
  void corrupt(SessionNumber session, std::uint32_t seq) { corrupt_.insert({session, seq}); }

  // Other software that writes to the same store

  using TakeIn = std::function<void(const SessionId&)>;
  /// Sets how the store learns of other writes, and the function that takes them in when a session is searched.
  void let_others_write(store::ForeignWrites foreign, TakeIn take_in) {
    foreign_ = foreign;
    take_in_ = std::move(take_in);
  }
  /// Notifies every loop that the log of this session has grown.
  void announce(SessionNumber session);

  // Users, as other software writes them

  void put_user(const domain::User& user) { users_[user.id] = user; }
  void forget_user(const UserId& user) { users_.erase(user); }

  // Inspection

  [[nodiscard]] std::uint64_t user_reads() const { return user_reads_; }
  [[nodiscard]] std::vector<domain::EncodedEntry> entries_of(SessionNumber session) const;
  [[nodiscard]] std::size_t waiting() const { return queue_.size(); }
  [[nodiscard]] std::size_t reads_waiting() const { return read_jobs_.size(); }
  [[nodiscard]] std::uint64_t commits() const { return commits_; }
  [[nodiscard]] std::uint64_t signalling_dropped() const { return signalling_dropped_; }

 private:
  class Reader;
  struct Log {
    std::uint32_t first_seq = 1;  // seq of entries[0]
    std::vector<domain::EncodedEntry> entries;
    std::map<Key16, std::uint32_t> keys;
    std::set<std::uint32_t> deleted;
  };
  struct Waiting {
    EventLoop* loop;
    store::Append append;
  };

  void schedule_commit();
  void run_read_job();
  [[nodiscard]] store::AppendOutcome lose(const store::Append& append) const;
  void commit();
  void commit_revocations();
  [[nodiscard]] store::AppendOutcome settle(store::Append append);
  [[nodiscard]] std::optional<Error> check(const store::Append& append) const;
  [[nodiscard]] std::optional<Error> first_corruption(SessionNumber session, std::uint32_t first, std::uint32_t last) const;
  [[nodiscard]] store::AppendOutcome conflict(const store::Append& append) const;
  [[nodiscard]] domain::Position head_of(SessionNumber session) const;
  void store_entries(store::Append append);
  void erase_body(Log& log, std::uint32_t seq);
  void post_outcome(EventLoop& loop, store::AppendOutcome outcome);

  EventLoop& worker_;
  const Clock& clock_;
  std::map<std::size_t, std::pair<EventLoop*, store::CommitListener*>> listeners_;  // by loop index
  std::map<SessionNumber, Log> logs_;
  std::map<SessionId, domain::SessionRow> rows_;
  std::map<UserId, domain::User> users_;
  std::map<SessionNumber, std::vector<store::SignallingMessage>> signalling_;
  std::deque<Waiting> queue_;
  std::size_t waiting_entries_ = 0;
  std::deque<ReadJob> read_jobs_;
  std::deque<domain::User> waiting_users_;
  std::deque<store::SignallingMessage> waiting_signalling_;
  struct WaitingRevocation {
    EventLoop* loop;
    domain::Revocation revocation;
    std::move_only_function<void(Result<void>)> done;
  };
  std::deque<WaitingRevocation> waiting_revocations_;
  std::map<domain::TokenId, domain::Revocation> revocations_;
  std::optional<store::ClockLook> clock_look_;
  bool commit_scheduled_ = false;
  bool held_ = false;
  bool read_jobs_refused_ = false;
  bool reads_held_ = false;
  bool full_ = false;
  bool sync_broken_ = false;
  std::deque<std::optional<Error>> failures_;  // without a value, that append succeeds
  std::optional<Error> refusal_;
  std::optional<Error> read_failure_;
  std::optional<Fate> unknown_;
  std::vector<store::Append> late_;
  std::vector<SessionNumber> arrived_;  // the loops do not know of them yet
  std::set<std::pair<SessionNumber, std::uint32_t>> corrupt_;
  store::ForeignWrites foreign_{};
  TakeIn take_in_ = [](const SessionId&) {};
  std::uint64_t commits_ = 0;
  std::uint64_t user_reads_ = 0;
  std::uint64_t signalling_dropped_ = 0;
};

}  // namespace parley::test
