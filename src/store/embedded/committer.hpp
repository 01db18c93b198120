// The only writer. All waiting appends go into one synced write. While that write syncs, the next one fills.
// So all waiting appends share the cost of a sync, and under light load an append waits for one sync only.
//
// Outcomes are posted once per commit and loop. User and signalling rows join a commit; without one they are written after
// limits::rows_delay, unsynced, because no client was promised them. Below the mark of free space they are dropped and counted.
//
// Before each commit the committer checks the free space and whether the files are
// in their place. Without commits it checks every limits::store_look_interval.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/event_loop.hpp"
#include "store/clock_record.hpp"
#include "store/common/loop_ports.hpp"
#include "store/common/prepared_append.hpp"
#include "store/embedded/commit_batch.hpp"
#include "store/embedded/commit_rest.hpp"
#include "store/embedded/head_cache.hpp"
#include "store/embedded/revocation_table.hpp"

namespace parley::store::embedded {

class Committer {
 public:
  struct Dependencies {
    Database& database;
    StoreState& state;
    KeyIndex& keys;
    const Clock& clock;
    std::string directory;  // the folder whose free space is watched
    std::uint64_t free_bytes_min = 0;
    Syncing syncing = Syncing::real;
  };
  explicit Committer(Dependencies deps);
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  /// Call it before the first append of that loop. Threads: any.
  void attach(EventLoop& loop, CommitListener& listener);
  /// Threads: the loop's.
  void append(EventLoop& loop, Append append);
  /// Threads: any.
  void remember(const domain::User& user);
  void record(SignallingMessage message);
  void note_clock(ClockLook look);
  /// Threads: the loop's.
  void revoke(EventLoop& loop, domain::Revocation revocation, std::move_only_function<void(Result<void>)> done);

  /// Commits the waiting appends and rows, syncs SYNCED and ends the thread.
  void stop();
  [[nodiscard]] std::size_t waiting_entries() const { return waiting_entries_.load(std::memory_order_relaxed); }

 private:
  struct WaitingRevocation {
    EventLoop* loop;
    domain::Revocation revocation;
    std::move_only_function<void(Result<void>)> done;
    Result<void> put;
  };
  void run();
  [[nodiscard]] bool wait_for_work();
  void rest();
  void commit_once();
  void look();
  void look_at_room();
  enum class Files : std::uint8_t { all, synced_file };
  void look_at_files(Files which);
  void look_before_commit();
  void add_backlog(CommitBatch& batch);
  void add_rows(CommitBatch& batch);
  void drop_rows();
  void add_clock_look(CommitBatch& batch);
  [[nodiscard]] std::vector<WaitingRevocation> add_revocations(CommitBatch& batch);
  static void publish(std::vector<WaitingRevocation> revocations, const Result<void>& written);
  void publish(CommitBatch& batch);
  void sync_synced_file();
  void sync_synced_file_when_due();
  [[nodiscard]] std::optional<Error> enqueue(PreparedAppend& prepared);

  const Dependencies deps_;
  HeadCache heads_;                      // Owner: committer
  RevocationTable revoked_;              // Owner: committer
  std::vector<PreparedAppend> backlog_;  // Owner: committer. Taken from queue_, not yet in a batch. The two swap their memory
  SteadyTime synced_file_at_{};          // Owner: committer
  SteadyTime commit_began_{};            // Owner: committer. Of the last batch
  SteadyTime looked_at_files_{};         // Owner: committer
  std::size_t last_entries_ = 0;         // Owner: committer. Entries of the last batch
  const std::shared_ptr<CommitRest> rest_;
  std::mutex mutex_;
  std::condition_variable changed_;
  LoopPorts ports_;
  std::vector<PreparedAppend> queue_;                        // guarded by mutex_
  std::deque<domain::User> users_;                           // guarded by mutex_
  std::deque<SignallingMessage> signalling_;                 // guarded by mutex_
  std::size_t signalling_bytes_ = 0;                         // guarded by mutex_: of the payloads in signalling_
  std::vector<WaitingRevocation> revocations_;               // guarded by mutex_
  std::unordered_map<std::size_t, std::size_t> users_seen_;  // by hash of the id, the hash of the row queued last; guarded by mutex_
  std::optional<ClockLook> clock_look_;                      // guarded by mutex_: not yet written
  bool stopping_ = false;                                    // guarded by mutex_
  std::atomic<std::size_t> waiting_entries_ = 0;             // queue_, backlog_ and the batch being written
  std::atomic<std::size_t> waiting_bytes_ = 0;
  std::thread thread_;
};

}  // namespace parley::store::embedded
