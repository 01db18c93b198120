// The newest texts of one session, kept decoded: most pages, every history and every repeat are served from here without the disk.
//
// Owner: the session's thread. Bounded by limits::session_tail_entries and session_tail_bytes_max; older texts are read from the log.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.hpp"
#include "base/queue.hpp"
#include "service/memory/stored_text.hpp"

namespace parley::service {

class TextTail {
 public:
  /// Starts over: every text of the log with seq >= `from_seq` is in `texts`, oldest first.
  void reset(std::uint32_t from_seq, std::vector<StoredText> texts);
  const StoredText& push(StoredText text);
  /// Removes the content and marks the text as deleted.
  void mark_deleted(std::uint32_t seq);

  /// The text at `seq`, live or deleted; null when it is older than the tail or not a text.
  [[nodiscard]] const StoredText* find(std::uint32_t seq) const;
  /// Every text with a seq at or above this is here.
  [[nodiscard]] std::uint32_t from_seq() const { return from_seq_; }
  [[nodiscard]] std::span<const StoredText> texts() const { return texts_.items(); }
  /// Approximate, in memory.
  [[nodiscard]] std::size_t bytes() const;

  /// The texts of a page: live and strictly older than `before` (if it is set).
  struct Slice {
    std::uint64_t newer = 0;               // live texts at or after `before`
    std::vector<const StoredText*> texts;  // oldest first
  };
  struct Wanted {
    std::uint64_t skip = 0;  // newest ones to leave out
    std::uint64_t count = 0;
    std::optional<Timestamp> before;
    std::uint64_t live_total = 0;  // of the whole session
  };
  /// Nothing when the answer needs texts older than those in memory.
  [[nodiscard]] std::optional<Slice> slice(const Wanted& wanted) const;

 private:
  void drop_oldest();

  std::uint32_t from_seq_ = 1;
  Queue<StoredText> texts_;        // ascending seq
  std::size_t content_bytes_ = 0;  // of their texts and client message ids
};

}  // namespace parley::service
