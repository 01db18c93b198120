// The newest entries of one log, written once as the API sends them. A read that lies within is answered from here: no store, no proof to
// make again, no JSON to write again.
//
// Owner: the session's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/queue.hpp"
#include "domain/views.hpp"

namespace parley::service {

class EntryTail {
 public:
  /// Begins with the entries of a read that reached the end of the log. They were proven by that read and have been written
  /// (EntryView::json).
  explicit EntryTail(const domain::EntriesView& read);

  /// The next entry of the log, written. The oldest ones go while there are more than limits::entry_tail_entries_max, or more bytes than
  /// limits::entry_tail_bytes_max.
  void push(const domain::EntryView& entry);

  /// The answer that a read of the store would give now; nothing: it needs entries or digests that are not here, or cores. At most
  /// `bytes_max` of entries as stored, but at least one.
  [[nodiscard]] std::optional<domain::EntriesView> answer(const SessionId& session, const domain::EntryRange& range,
                                                          std::size_t bytes_max) const;

  [[nodiscard]] std::uint32_t last_seq() const { return before_seq_ + static_cast<std::uint32_t>(entries_.size()); }
  /// Approximate, in memory.
  [[nodiscard]] std::size_t bytes() const { return json_.size() + entries_.size() * sizeof(Entry); }

 private:
  struct Entry {
    Digest32 digest;             // after it
    std::uint32_t json_end = 0;  // in json_, after the comma
    std::uint32_t stored_bytes = 0;
  };
  struct Stretch;
  [[nodiscard]] std::optional<Stretch> stretch_of(const domain::EntryRange& range, std::size_t bytes_max) const;
  [[nodiscard]] bool has_digest(std::uint32_t seq) const { return seq >= before_seq_ && seq <= last_seq(); }
  [[nodiscard]] const Digest32& digest_at(std::uint32_t seq) const;
  [[nodiscard]] const Entry& entry(std::uint32_t seq) const { return entries_[seq - before_seq_ - 1]; }
  [[nodiscard]] std::size_t json_begin(std::uint32_t seq) const;
  void drop_oldest();

  std::uint32_t before_seq_ = 0;  // the entry before the first one here
  Digest32 before_digest_{};      // at before_seq_
  Queue<Entry> entries_;
  std::string json_;              // of each entry, with a comma after it
  std::size_t json_dropped_ = 0;  // at the front of json_, of entries that are gone
};

}  // namespace parley::service
