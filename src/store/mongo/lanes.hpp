// What waits to be written, by session. Of one session at most one document is on its way; what comes meanwhile waits behind it and goes
// together. Remembers which positions are known to be in the log: an append there needs no read before it.
//
// Threads  Any; one lock.
// Bounds   limits::commit_queue_entries_max and commit_queue_bytes_max waiting or on their way; limits::mongo_heads_max positions.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/limits.hpp"
#include "store/common/prepared_append.hpp"
#include "store/mongo/recent_map.hpp"

namespace parley::store::mongo {

struct Waiting {
  PreparedAppend prepared;
  SteadyTime deadline{};  // for its verdict
};

/// Appends of one session that become one document, each on top of the one before.
struct Group {
  std::vector<Waiting> appends{};
  std::int64_t at = 0;    // of its document; given once, so that the document stays the same however often it is tried
  bool in_doubt = false;  // a try had no answer: the database may have it

  [[nodiscard]] SessionNumber session() const { return appends.front().prepared.append.session; }
  [[nodiscard]] const domain::Position& expected() const { return appends.front().prepared.append.expected; }
  [[nodiscard]] const domain::Position& head() const { return appends.back().prepared.last; }
  [[nodiscard]] std::size_t entries() const;
  [[nodiscard]] std::size_t bytes() const;
};

class Lanes {
 public:
  enum class Put : std::uint8_t { taken, full, stopped };
  [[nodiscard]] Put put(Waiting& waiting);

  /// Waits for work; then one group of each of the sessions that wait longest, at most commit_batch_entries_max entries together. Empty:
  /// stopped, and nothing waits.
  [[nodiscard]] std::vector<Group> take();
  /// The first `count` appends of the group have their outcomes, which nobody was told yet: their room is free and readers may show them.
  void settle(const Group& group, std::size_t count);
  /// After those outcomes were told: the session may go on, with the rest of the group first.
  void done(Group group, std::size_t count);
  /// Those that wait, have not been tried and are past their deadline, as a group of their session.
  [[nodiscard]] std::vector<Waiting> take_expired(SteadyTime now);
  /// Waits for `delay`, less when stopped.
  void rest(std::chrono::milliseconds delay);
  /// From here on nothing is taken.
  void stop();
  [[nodiscard]] bool stopping() const;

  [[nodiscard]] std::optional<domain::Position> known_head(SessionNumber session);
  /// `position` is the end of a document that is in the log for good.
  void note_head(SessionNumber session, const domain::Position& position);
  /// While something of the session is on its way: the seq before it.
  [[nodiscard]] std::optional<std::uint32_t> settled_before(SessionNumber session) const;

  [[nodiscard]] std::size_t waiting_entries() const { return entries_.load(std::memory_order_relaxed); }

 private:
  struct Lane {
    std::deque<Waiting> waiting;
    bool busy = false;                    // a group is on its way, or its outcomes are
    std::optional<std::uint32_t> before;  // on its way on top of this seq
  };
  [[nodiscard]] static Group group_of(Lane& lane);
  void give_back(const PreparedAppend& prepared);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::condition_variable stopped_;
  std::unordered_map<SessionNumber, Lane> lanes_;  // guarded by mutex_; only those with something in them
  std::deque<SessionNumber> ready_;                // guarded by mutex_; with something waiting and nothing on its way, oldest first
  bool stopping_ = false;                          // guarded by mutex_
  std::atomic<std::size_t> entries_ = 0;           // waiting and on their way
  std::size_t bytes_ = 0;                          // guarded by mutex_

  std::mutex heads_mutex_;
  RecentMap<SessionNumber, domain::Position> heads_{limits::mongo_heads_max};  // guarded by heads_mutex_
};

}  // namespace parley::store::mongo
