// The queue of appends, by session. At most one document per session is in flight. Appends that arrive meanwhile
// wait, and then go together. Remembers positions known to be in the log: an append there needs no read before it.
//
// Threads  Any; one lock.
// Bounds   limits::commit_queue_entries_max and commit_queue_bytes_max waiting or in flight; limits::mongo_heads_max positions.
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

#include "base/bounded_map.hpp"
#include "base/clock.hpp"
#include "base/limits.hpp"
#include "store/common/prepared_append.hpp"

namespace parley::store::mongo {

struct Waiting {
  PreparedAppend prepared;
  SteadyTime deadline{};  // for its verdict
};

/// Appends of one session that become one document, each directly after the previous one.
struct Group {
  std::vector<Waiting> appends{};
  std::int64_t at = 0;    // of its document; assigned once, so that every try writes the same document
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

  /// Waits for work, then takes one group from each of the sessions that have waited longest. Takes no more
  /// groups once commit_batch_entries_max entries are reached. Empty: stopped, and nothing is waiting.
  [[nodiscard]] std::vector<Group> take();
  /// The first `count` appends of the group have outcomes that are not published yet: frees their space, and readers may show them.
  void settle(const Group& group, std::size_t count);
  /// Call it after those outcomes were published: the session continues, with the rest of the group first.
  void done(Group group, std::size_t count);
  /// Takes out all waiting appends of each session whose oldest waiting append is past its deadline.
  [[nodiscard]] std::vector<Waiting> take_expired(SteadyTime now);
  /// Waits for `delay`; `stop` ends the wait.
  void rest(std::chrono::milliseconds delay);
  /// From now on no append is accepted.
  void stop();

  [[nodiscard]] std::optional<domain::Position> known_head(SessionNumber session);
  /// `position` is the end of a document that is in the log for good.
  void note_head(SessionNumber session, const domain::Position& position);
  /// While a group of the session is in flight: the seq before it.
  [[nodiscard]] std::optional<std::uint32_t> settled_before(SessionNumber session) const;

  [[nodiscard]] std::size_t waiting_entries() const { return entries_.load(std::memory_order_relaxed); }

 private:
  struct Lane {
    std::deque<Waiting> waiting;
    bool busy = false;                    // a group is in flight, or its outcomes are not published yet
    std::optional<std::uint32_t> before;  // the group in flight begins after this seq
  };
  [[nodiscard]] static Group group_of(Lane& lane);
  void give_back(const PreparedAppend& prepared);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::condition_variable stopped_;
  std::unordered_map<SessionNumber, Lane> lanes_;  // guarded by mutex_; only lanes that are not empty
  std::deque<SessionNumber> ready_;                // guarded by mutex_; sessions with waiting appends and none in flight, oldest first
  bool stopping_ = false;                          // guarded by mutex_
  std::atomic<std::size_t> entries_ = 0;           // waiting and in flight
  std::size_t bytes_ = 0;                          // guarded by mutex_

  std::mutex heads_mutex_;
  BoundedMap<SessionNumber, domain::Position> heads_{limits::mongo_heads_max};  // guarded by heads_mutex_
};

}  // namespace parley::store::mongo
