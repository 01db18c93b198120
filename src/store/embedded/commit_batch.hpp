// One write to the database. It takes all waiting appends in the order of arrival, checks them
// against the heads of the logs, writes once and syncs once. Owner: the committer's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/containers/flat_map.hpp"
#include "domain/user.hpp"
#include "store/clock_record.hpp"
#include "store/common/loop_ports.hpp"
#include "store/common/prepared_append.hpp"
#include "store/common/settlement.hpp"
#include "store/common/store_state.hpp"
#include "store/embedded/database.hpp"
#include "store/embedded/embedded_store.hpp"
#include "store/embedded/head_cache.hpp"
#include "store/embedded/key_index.hpp"
#include "store/embedded/log_view.hpp"

namespace rocksdb {
class WriteBatch;
}

namespace parley::store::embedded {

class CommitBatch {
 public:
  /// The parts of the store that every batch uses.
  struct Dependencies {
    Database& database;
    StoreState& state;
    KeyIndex& keys;
    HeadCache& heads;
    const Clock& clock;
    Syncing syncing;
  };
  enum class FreeSpace : std::uint8_t { enough, too_little };  // on the disk, for new texts

  CommitBatch(Dependencies deps, FreeSpace free_space);
  ~CommitBatch();
  CommitBatch(const CommitBatch&) = delete;
  CommitBatch& operator=(const CommitBatch&) = delete;

  /// False: the append belongs in the next batch. This one is full, or the append erases a body in a log that this batch already adds to.
  [[nodiscard]] bool admits(const PreparedAppend& prepared) const;
  void add(PreparedAppend prepared);
  void add(const domain::User& user);
  void add(const SignallingMessage& message);
  void add(const domain::Revocation& revocation);
  void add(const ClockLook& look);
  void forget(const domain::TokenId& token);

  /// Writes (synced if it holds an append or a revocation), then settles conflicts. A failed write is final for the store.
  void write();

  /// The result of the revocations. After `write`.
  [[nodiscard]] const Result<void>& revoked() const { return revoked_; }
  /// One for each append, in the order of `add`. After `write`.
  [[nodiscard]] std::vector<Settled>& settled() { return settled_; }
  [[nodiscard]] std::size_t entries() const { return entries_; }  // of all appends added, including refused ones
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  [[nodiscard]] Result<LogHead*> head_of(SessionNumber session);
  [[nodiscard]] std::optional<Error> refusal_of(const PreparedAppend& prepared);
  [[nodiscard]] Result<void> put(PreparedAppend& prepared, LogHead& head);
  void put_entries(const PreparedAppend& prepared, LogHead& head);
  [[nodiscard]] Result<domain::EncodedEntry> without_body_of(const Append& append);
  void put_erasure(SessionNumber session, const domain::EncodedEntry& without_body);
  /// For a new session: its id must be unused.
  [[nodiscard]] Result<void> require_free_id(const domain::SessionRow& row);
  [[nodiscard]] Result<void> put_row(const domain::SessionRow& row);
  void put_open_index(const domain::SessionRow& row);
  void delete_open_index(const domain::SessionRow& row);
  [[nodiscard]] Result<std::optional<domain::SessionRow>> row_before(const domain::SessionRow& row);
  [[nodiscard]] Result<void> put_keys_when_due(SessionNumber session, LogHead& head, std::size_t added);
  void put_keys(SessionNumber session, std::vector<KeyAt> keys, std::uint32_t watermark);
  void settle_conflict(AppendOutcome& outcome, Append& append);
  [[nodiscard]] Result<LogExcerpt> excerpt_for(const Append& append);
  void refuse(AppendOutcome& outcome, Error error);
  void note_written(std::chrono::nanoseconds took);
  void refuse_all();
  void fail_all(const std::string& reason);

  Dependencies deps_;
  const FreeSpace free_space_;
  LogView latest_;
  std::unique_ptr<rocksdb::WriteBatch> batch_;
  std::vector<Settled> settled_;
  std::vector<std::pair<std::size_t, PreparedAppend>> conflicting_;  // index into settled_
  FlatMap<SessionNumber, std::optional<std::uint32_t>, std::hash<SessionNumber>>
      written_;  // the logs that this adds to; the new watermark if it moves
  std::map<SessionId, domain::SessionRow> rows_;
  std::size_t entries_ = 0;
  std::size_t bytes_ = 0;
  std::size_t entries_put_ = 0;
  std::size_t bytes_put_ = 0;
  std::size_t revocations_put_ = 0;
  Result<void> revoked_;
};

}  // namespace parley::store::embedded
