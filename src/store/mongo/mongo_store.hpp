// The store on MongoDB, for one or several nodes. One collection holds the log; its unique `_id` decides which writer is next.
// Other software reads the other collections. Implements the ports of `store`; docs/formats/mongo-store.md describes the documents.
//
// Promises  Those of the ports. In addition: reported data is in the journals of a majority (on a
//           standalone, in its journal). The loops never wait for the database. During an outage every
//           append gets a verdict by append_deadline, and the store continues by itself afterwards.
#pragma once

#include <memory>

#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "base/log_sink.hpp"
#include "store/common/store_health.hpp"
#include "store/mongo/driver/mongo_config.hpp"
#include "store/store.hpp"

namespace parley::store::mongo {

struct MongoDependencies {
  const Clock& clock;
  LogSink& logs;
  domain::RoleSet roles{};  // of participants: adopted data must have one of these roles
  std::unique_ptr<Entropy> entropy = std::make_unique<SystemEntropy>();
};

class MongoStore final : public WholeStore {
 public:
  /// Blocking: the database must be reachable. Errors: invalid_argument, store_failed. The text says what failed, where, and how to fix it.
  [[nodiscard]] static Result<std::unique_ptr<MongoStore>> open(const MongoConfig& config, MongoDependencies dependencies);
  /// Calls `stop`.
  ~MongoStore() override;
  MongoStore(const MongoStore&) = delete;
  MongoStore& operator=(const MongoStore&) = delete;

  /// Writes everything that is queued, each until its deadline, finishes the running read jobs and drops the queued
  /// ones. Later appends and reads get store_failed. The loops must still exist. Threads: any but the store's own; once.
  void stop();

  // SessionLog
  void attach(EventLoop& loop, CommitListener& listener) override;
  void append(EventLoop& loop, Append append) override;
  [[nodiscard]] Result<void> read(ReadJob job) override;

  // Directory
  [[nodiscard]] ForeignWrites foreign_writes() const override;
  [[nodiscard]] Result<std::optional<domain::SessionRow>> find_session(const SessionId& session) override;
  [[nodiscard]] Result<std::optional<domain::SessionRow>> find_session(SessionNumber number) override;
  [[nodiscard]] Result<std::optional<SessionId>> find_open_session(const UserId& doctor, const UserId& patient) override;
  [[nodiscard]] Result<OpenSessionsOfUser> open_sessions_of(const UserId& user, const std::optional<SessionPlace>& after,
                                                            std::size_t count) override;
  [[nodiscard]] Result<OpenSessions> open_sessions_before(Timestamp created_before, BytesView after, std::size_t count) override;
  [[nodiscard]] Result<std::optional<domain::EntryAddress>> find_message(const ObjectId& message) override;
  [[nodiscard]] Result<std::optional<domain::User>> find_user(const UserId& user) override;
  /// Does nothing: `users` belongs to other software.
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
  explicit MongoStore(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace parley::store::mongo
