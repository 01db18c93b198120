// Which idempotency keys a session's log holds, exactly, for every entry that a view shows.
//
// The family `keys` is derived and lags behind: everything up to a session's watermark is in it, the at most keys_unindexed_max
// entries after it are not (the committer keeps that bound). Those are kept in memory for the sessions that were asked about since
// the store was opened, and made from the log at the first question. A session that is forgotten costs one more such scan.
//
// In flight  The committer notes a key before its entry is written and says when it was, so there is no moment at which an entry is
//            visible and its key unknown. What is noted but not (yet) written is not found: every hit is looked for in the view.
// Threads    `note`, `written` and `indexed` on the committer's, `find` on readers'.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
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

  /// Before the write of the entry at `seq`.
  void note(SessionNumber session, const Key16& key, std::uint32_t seq);
  /// After the write of everything noted so far.
  void written();
  /// After the write that put all keys up to `watermark` into the family.
  void indexed(SessionNumber session, std::uint32_t watermark);
  /// `latest` sees the newest state, `view` is what the answer is about.
  [[nodiscard]] Result<std::optional<std::uint32_t>> find(LogView& view, LogView& latest, SessionNumber session, const Key16& key);

  [[nodiscard]] std::size_t keys_in_memory() const;
  /// Up to where a session is indexed; 0: nothing is.
  [[nodiscard]] static Result<std::uint32_t> watermark(LogView& view, SessionNumber session);
  /// The keys of the log after the watermark.
  [[nodiscard]] static Result<std::vector<std::pair<Key16, std::uint32_t>>> read_unindexed(LogView& view, SessionNumber session);

 private:
  struct Recent {
    std::map<Key16, std::uint32_t> seqs;  // of the entries after the watermark, and perhaps some before it
    bool complete = false;                // false: only what was noted since the first question; the log is being read
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
  std::list<SessionNumber> order_;                      // least recently asked about first; guarded by mutex_
  std::size_t keys_ = 0;                                // guarded by mutex_
  std::unordered_map<SessionNumber, std::vector<std::pair<Key16, std::uint32_t>>> in_flight_;  // guarded by mutex_
};

}  // namespace parley::store::embedded
