// Reads of one session's log as of one moment. Every entry that leaves here has its checksum and its seq checked, and inside a range it
// continues the chain of its predecessor without a hole; damage is noted in the store's state, so that the session takes no more entries.
//
// A view holds a snapshot of the database, or none: then each call sees the latest. Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "domain/entry.hpp"
#include "store/common/store_state.hpp"
#include "store/embedded/database.hpp"
#include "store/portion.hpp"

namespace rocksdb {
class Snapshot;
class Status;
struct ReadOptions;
}  // namespace rocksdb

namespace parley::store::embedded {

class LogView {
 public:
  enum class Moment : std::uint8_t { latest, snapshot };
  LogView(const Database& database, StoreState& state, Moment moment);
  ~LogView();
  LogView(const LogView&) = delete;
  LogView& operator=(const LogView&) = delete;

  [[nodiscard]] Result<std::optional<domain::EncodedEntry>> last(SessionNumber session);
  [[nodiscard]] Result<domain::EncodedEntry> entry(SessionNumber session, std::uint32_t seq);
  [[nodiscard]] Result<std::vector<domain::EncodedEntry>> range(SessionNumber session, std::uint32_t first, Portion most);
  /// Calls `visit` for each entry from `first` to the end of the log.
  [[nodiscard]] Result<void> scan(SessionNumber session, std::uint32_t first,
                                  const std::function<void(const domain::EncodedEntry&)>& visit);
  [[nodiscard]] Result<std::vector<std::uint32_t>> deleted(SessionNumber session);

  /// Whether the entry is there in this view; its bytes are not judged.
  [[nodiscard]] Result<bool> shows(SessionNumber session, std::uint32_t seq);
  /// A point read of any family, in this view.
  [[nodiscard]] Result<std::optional<Bytes>> value(Family family, BytesView key);
  /// Calls `visit` with each key and value that begins with `prefix`, in order, until it says stop or there are no more.
  enum class Step : std::uint8_t { next, stop };
  [[nodiscard]] Result<void> each(Family family, BytesView prefix, const std::function<Step(BytesView key, BytesView value)>& visit);
  /// As each, from behind the key `after`, which begins with `prefix` or is empty: from the first.
  [[nodiscard]] Result<void> each_after(Family family, BytesView prefix, BytesView after,
                                        const std::function<Step(BytesView key, BytesView value)>& visit);

 private:
  [[nodiscard]] rocksdb::ReadOptions options() const;
  [[nodiscard]] Result<domain::EncodedEntry> checked(SessionNumber session, std::uint32_t seq, BytesView record);
  [[nodiscard]] Result<domain::EncodedEntry> linked(SessionNumber session, std::uint32_t seq, BytesView record,
                                                    std::optional<Digest32>& digest);
  [[nodiscard]] std::unexpected<Error> failed(const rocksdb::Status& status, SessionNumber session, std::uint32_t seq);

  const Database& database_;
  StoreState& state_;
  const rocksdb::Snapshot* snapshot_ = nullptr;
};

}  // namespace parley::store::embedded
