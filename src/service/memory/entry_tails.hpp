// The entry tails of one shard's sessions: those that were read last. A tail begins with a read that reached the end of its log, grows with
// the log, and goes when the log loses a text, when too many entries came that nobody read, or when other tails were read since.
//
// Owner: the shard's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bounded_map.hpp"
#include "base/limits.hpp"
#include "domain/chain.hpp"
#include "service/memory/entry_tail.hpp"

namespace parley::service {

class EntryTails {
 public:
  /// The answer to a read, if the tail of the session has it.
  [[nodiscard]] std::optional<domain::EntriesView> answer(const domain::SessionRow& session, const domain::EntryRange& range,
                                                          std::size_t bytes_max);
  /// A read of the log is answered with `read`, and `head` is the head of the log. Begins a tail if the read reached the head.
  void keep(SessionNumber session, const domain::Head& head, const domain::EntriesView& read);
  /// The log has one more entry, of `stored_bytes`. `entry`: as before the session took it in.
  void note(const domain::SessionRow& session, const domain::Entry& entry, std::size_t stored_bytes);
  void drop(SessionNumber session) { tails_.erase(session); }

  [[nodiscard]] std::size_t size() const { return tails_.size(); }

 private:
  struct Kept {
    EntryTail tail;
    std::uint32_t unread = 0;  // entries that came since the last read
  };
  BoundedMap<SessionNumber, Kept> tails_{limits::entry_tails_max};
};

}  // namespace parley::service
