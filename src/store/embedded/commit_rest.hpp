// The pause of the committer between two batches. Each sync costs processor time even if it writes little, so under load it pays to wait
// for more appends. It pays only while more can come: once every loop that appended has fallen idle, each client waits for this commit.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>

#include "base/clock.hpp"
#include "base/event_loop.hpp"
#include "base/limits.hpp"
#include "store/common/store_health.hpp"

namespace parley::store::embedded {

/// The times between which the next batch begins: at `earliest` if all loops are idle by then, otherwise as soon as they are, and at
/// `latest` in any case.
struct BatchTimes {
  SteadyTime earliest{};
  SteadyTime latest{};

  friend bool operator==(const BatchTimes&, const BatchTimes&) = default;
};
/// After a batch that began at `began` and had `entries` entries. `latest` grows with the batch up to limits::commit_rest_max: below
/// 1 s / commit_rest_per_entry messages a second it lies before the end of the batch.
[[nodiscard]] BatchTimes times_after_batch(SteadyTime began, std::size_t entries);

/// Shared with the loops that have work, because they may outlive the committer.
class CommitRest final : public std::enable_shared_from_this<CommitRest> {
 public:
  explicit CommitRest(const Clock& clock) : clock_(clock) {}

  /// The loop brought an append. It counts as busy until it has nothing left to do. Threads: the loop's.
  void note_append(EventLoop& loop);

  /// Blocks until the next batch may begin. Threads: the committer's.
  CommitCause wait(BatchTimes times);
  /// Ends the wait and all later ones. Threads: any.
  void stop();

 private:
  struct OfLoop {
    CommitRest* rest = nullptr;
    bool is_busy = false;  // Owner: the loop's thread
  };
  void note_idle(OfLoop& loop);

  const Clock& clock_;
  std::array<OfLoop, limits::event_loops_max> loops_{};  // by index
  std::atomic<std::size_t> busy_ = 0;                    // loops
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_stopped_ = false;  // guarded by mutex_
};

}  // namespace parley::store::embedded
