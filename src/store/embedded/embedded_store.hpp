// The store for one machine: RocksDB in one directory, one committer thread that shares each sync among all waiting appends,
// and a few reader threads. It implements the ports of `store`. docs/formats/embedded-store.md describes the files.
//
// Promises  Those of the ports. In addition: an error at opening names the problem and how to fix it. A failed write or sync
//           is final until restart (docs/adr/0007). Opening reads only the write-ahead log (at most 32 MiB), not the data.
// Not here  Erasure from files, backup, scrubbing, encryption.
#pragma once

#include <cstdint>
#include <memory>

#include "base/clock.hpp"
#include "base/log_sink.hpp"
#include "store/common/store_health.hpp"
#include "store/embedded/embedded_config.hpp"
#include "store/store.hpp"

namespace rocksdb {
class FileSystem;
}

namespace parley::store::embedded {

/// Whether commits wait for the disk. `skipped` exists for one test only:
/// it shows that the test of P1 can fail. No configuration can select it.
enum class Syncing : std::uint8_t { real, skipped };

struct EmbeddedDependencies {
  const Clock& clock;
  LogSink& logs;
  std::shared_ptr<rocksdb::FileSystem> file_system{};  // null: the real one. All files, SYNCED included, go through it.
  Syncing syncing = Syncing::real;
};

class EmbeddedStore final : public WholeStore {
 public:
  /// Errors: store_failed. The text says what happened, where, and how to fix it.
  [[nodiscard]] static Result<std::unique_ptr<EmbeddedStore>> open(const EmbeddedConfig& config, EmbeddedDependencies dependencies);
  /// Calls `stop`.
  ~EmbeddedStore() override;
  EmbeddedStore(const EmbeddedStore&) = delete;
  EmbeddedStore& operator=(const EmbeddedStore&) = delete;

  /// Commits all queued appends, finishes the running read jobs and drops the queued ones, then closes the files. Later appends
  /// and reads get store_failed. The loops must still exist: outcomes are posted to them. Threads: any but the store's own; once.
  void stop();

  // SessionLog
  void attach(EventLoop& loop, CommitListener& listener) override;
  void append(EventLoop& loop, Append append) override;
  [[nodiscard]] Result<void> read(ReadJob job) override;

  // Directory
  [[nodiscard]] Result<std::optional<domain::SessionRow>> find_session(const SessionId& session) override;
  [[nodiscard]] Result<std::optional<domain::SessionRow>> find_session(SessionNumber number) override;
  [[nodiscard]] Result<std::optional<SessionId>> find_open_session(const UserId& doctor, const UserId& patient) override;
  [[nodiscard]] Result<OpenSessionsOfUser> open_sessions_of(const UserId& user, const std::optional<SessionPlace>& after,
                                                            std::size_t count) override;
  [[nodiscard]] Result<OpenSessions> open_sessions_before(Timestamp created_before, BytesView after, std::size_t count) override;
  /// Always empty: an embedded store has no adopted messages.
  [[nodiscard]] Result<std::optional<domain::EntryAddress>> find_message(const ObjectId& message) override;
  [[nodiscard]] Result<std::optional<domain::User>> find_user(const UserId& user) override;
  void remember_user(const domain::User& user) override;

  // SignallingRecord
  void record(SignallingMessage message) override;
  [[nodiscard]] Result<SignallingPage> newest(SessionNumber session, const SessionId& session_id, const SignallingRange& range) override;

  // RevocationRecord
  void revoke(EventLoop& loop, domain::Revocation revocation, std::move_only_function<void(Result<void>)> done) override;
  [[nodiscard]] Result<std::vector<domain::Revocation>> all_revocations() override;

  // ClockRecord
  void note_clock(ClockLook look) override;
  [[nodiscard]] Result<std::optional<ClockLook>> last_clock_look() override;

  /// Threads: any.
  [[nodiscard]] StoreHealth health() const;

 private:
  struct Parts;
  explicit EmbeddedStore(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace parley::store::embedded
