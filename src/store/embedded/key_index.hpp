// Finds idempotency keys in the log of a session. The answer is exact for every entry that a view shows.
//
// The family `keys` is derived and lags: it holds all keys up to a session's watermark, and not those of the at most
// keys_unindexed_max entries after it (the committer keeps this limit). Those keys are kept in memory for sessions that were queried
// since the store was opened. The first query reads them from the log. A session dropped from memory costs one more such scan.
//
// In flight  The committer notes a key before its entry is written, and calls `written` afterwards. So no visible entry has an
//            unknown key. A noted key whose entry is not written is not found, because every hit is checked against the view.
// Threads    `note`, `written` and `indexed` on the committer's thread, `find` on readers' threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "store/embedded/log_view.hpp"

namespace parley::store::embedded {

class KeyIndex {
 public:
  explicit KeyIndex(std::size_t keys_max) : keys_max_(keys_max) {}

  /// Call it before the entries with these keys are written.
  void note(SessionNumber session, std::span<const std::pair<Key16, std::uint32_t>> keys);
  /// Call it after everything noted so far was written.
  void written();
  /// Call it after the write that put all keys up to `watermark` into the family.
  void indexed(SessionNumber session, std::uint32_t watermark);
  /// `latest` sees the newest state; the answer is about the entries that `view` shows.
  [[nodiscard]] Result<std::optional<std::uint32_t>> find(LogView& view, LogView& latest, SessionNumber session, const Key16& key);

  [[nodiscard]] std::size_t keys_in_memory() const;
  /// The session is indexed up to this seq; 0: nothing is indexed.
  [[nodiscard]] static Result<std::uint32_t> watermark(LogView& view, SessionNumber session);
  /// The keys of the log entries after the watermark.
  [[nodiscard]] static Result<std::vector<std::pair<Key16, std::uint32_t>>> read_unindexed(LogView& view, SessionNumber session);

 private:
  struct Recent {
    std::map<Key16, std::uint32_t> seqs;  // of the entries after the watermark, and perhaps of earlier ones
    bool complete = false;                // false: the log is still being read; only keys noted since the first query are here
    std::list<SessionNumber>::iterator place;
  };

  [[nodiscard]] Result<std::optional<std::uint32_t>> find_recent(LogView& latest, SessionNumber session, const Key16& key);
  [[nodiscard]] static std::optional<std::uint32_t> seq_in(const Recent& recent, const Key16& key);
  [[nodiscard]] Recent& place_of(SessionNumber session);
  void remember(Recent& recent, const Key16& key, std::uint32_t seq);
  void forget_oldest();

  const std::size_t keys_max_;
  mutable std::mutex mutex_;
  std::unordered_map<SessionNumber, Recent> sessions_;  // guarded by mutex_
  std::list<SessionNumber> order_;                      // least recently queried first; guarded by mutex_
  std::size_t keys_ = 0;                                // guarded by mutex_
  struct Noted {
    SessionNumber session;
    Key16 key;
    std::uint32_t seq;
  };
  std::vector<Noted> in_flight_;  // of one batch, searched at the first query of a session only; guarded by mutex_
};

}  // namespace parley::store::embedded
