// Reads of one session's log at one moment. Every returned entry has a verified checksum and seq. Inside a range each entry continues
// the chain of its predecessor without a gap. Damage is noted in the store's state, so that the session accepts no more entries.
//
// A view holds a snapshot of the database. Without one, each call sees the latest data. Threads: one at a time.
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

  /// Whether the entry exists in this view; its bytes are not checked.
  [[nodiscard]] Result<bool> shows(SessionNumber session, std::uint32_t seq);
  /// A point read of any family, in this view.
  [[nodiscard]] Result<std::optional<Bytes>> value(Family family, BytesView key);
  /// Calls `visit` with each key and value that begins with `prefix`, in order, until `visit` returns stop or no key is left.
  enum class Walk : std::uint8_t { next, stop };
  [[nodiscard]] Result<void> each(Family family, BytesView prefix, const std::function<Walk(BytesView key, BytesView value)>& visit);
  /// Like `each`, but starts after the key `after`, which begins with `prefix`. An empty `after` starts at the first key.
  [[nodiscard]] Result<void> each_after(Family family, BytesView prefix, BytesView after,
                                        const std::function<Walk(BytesView key, BytesView value)>& visit);

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
