// Writes the data that an earlier server leaves in a database, in the layout of docs/api-contract.md §8, and checks the result of its
// adoption. Uses nothing of the store except its documents.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "domain/chain.hpp"
#include "domain/session.hpp"
#include "store/common/store_state.hpp"
#include "store/mongo/driver/client.hpp"
#include "store/mongo/driver/document.hpp"
#include "support/manual_clock.hpp"

namespace parley::test {

/// This many milliseconds after the first second of these tests' history, which begins an hour before their clock.
[[nodiscard]] Timestamp at_ms(std::int64_t milliseconds);

struct OldSession {
  SessionId id;
  ObjectId object_id;
  std::string status = "created";
  std::optional<Timestamp> started_at{};
  std::optional<Timestamp> ended_at{};
  Timestamp created_at = at_ms(0);
};

class OldServerData {
 public:
  explicit OldServerData(store::mongo::ClientPool& pool);

  /// A session that no other test uses, of users 1 and 2.
  [[nodiscard]] OldSession session();
  void write(const OldSession& session);
  /// Applies $set to the session's document.
  void change(const OldSession& session, const store::mongo::Document& fields);
  /// Writes one message and returns its `_id`.
  ObjectId text(const OldSession& session, const std::string& text, Timestamp time, std::uint32_t user = 1);
  /// Writes this many messages, one second apart, from `at_ms(1000 * first)` on.
  std::vector<ObjectId> texts(const OldSession& session, int first, int count);
  [[nodiscard]] store::mongo::Document message(const OldSession& session, const ObjectId& id, Timestamp time);
  void insert(std::string_view collection, const store::mongo::Document& document);
  [[nodiscard]] ObjectId next_id();
  void remove_message(const ObjectId& id);
  [[nodiscard]] store::mongo::Document message_document(const ObjectId& id);

  [[nodiscard]] store::mongo::Document session_document(const OldSession& session);
  /// Every entry of the session's log. Expects that the log is complete and that its chain is valid.
  [[nodiscard]] std::vector<domain::Entry> log_of(const OldSession& session);
  /// The `seq` in the document of the message.
  [[nodiscard]] std::optional<std::int64_t> seq_of(const ObjectId& message);

 private:
  store::mongo::Client client_;
  NullLogSink logs_;
  store::StoreState state_{logs_};
};

/// The `_id`s of the adopted messages, in log order.
[[nodiscard]] std::vector<ObjectId> adopted_ids(const std::vector<domain::Entry>& log);
/// The kinds of the entries, in order. Equal neighbours appear once: `created adopted text ended`.
[[nodiscard]] std::string shape_of(const std::vector<domain::Entry>& log);

}  // namespace parley::test
