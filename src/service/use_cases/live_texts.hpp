// Finds the k-th live text of a session without a walk. The live rank of seq s is "texts ever at s" (its trailer) minus the deleted texts
// at or below s. So a binary search over trailers finds any page in O(log n) reads.
//
// For reader threads, inside one read job, so from one consistent state. Ranks count from 1, oldest first.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "service/memory/stored_text.hpp"
#include "store/session_log.hpp"

namespace parley::service {

class LiveTexts {
 public:
  /// Reads the head and the set of deleted texts.
  [[nodiscard]] static Result<LiveTexts> open(store::LogReader& reader, SessionNumber session);

  [[nodiscard]] std::uint64_t total() const { return total_; }
  /// The number of live texts strictly older than `time`.
  [[nodiscard]] Result<std::uint64_t> count_before(Timestamp time);
  /// The live texts with ranks `first` .. `first + count - 1`, as far as they exist. Error invalid_argument: they exceed
  /// limits::page_bytes_max. Only texts that are longer than messages may be now can cause this error.
  [[nodiscard]] Result<std::vector<StoredText>> range(std::uint64_t first, std::uint64_t count);

 private:
  LiveTexts(store::LogReader& reader, SessionNumber session) : reader_(&reader), session_(session) {}

  [[nodiscard]] Result<domain::Entry> entry(std::uint32_t seq);
  [[nodiscard]] std::uint64_t rank_at(const domain::Entry& entry) const;
  [[nodiscard]] Result<std::uint32_t> seq_of_rank(std::uint64_t rank);
  [[nodiscard]] std::uint32_t skip_deleted(std::uint32_t seq) const;

  store::LogReader* reader_;
  SessionNumber session_;
  std::uint32_t last_seq_ = 0;
  std::uint64_t total_ = 0;
  std::vector<std::uint32_t> deleted_;  // ascending
};

}  // namespace parley::service
