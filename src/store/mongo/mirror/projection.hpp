// Turns the log into the documents that other software reads: `chatmessages`, `audits` and `sessions`
// of docs/api-contract.md §8. An entry gives the same documents each time it is projected.
#pragma once

#include <functional>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "domain/entry.hpp"
#include "store/mongo/driver/document.hpp"
#include "store/mongo/driver/layout.hpp"

namespace parley::store::mongo {

struct Projection {
  std::vector<Document> messages{};          // to insert into `chatmessages`
  std::vector<Document> adopted{};           // upserts of `chatmessages`: messages of an earlier server that are in the log now
  std::vector<std::int64_t> message_logs{};  // the log place of each of these messages: session ‖ seq, as in `erases`
  std::vector<ObjectId> message_ids{};       // the id of each of these messages
  std::vector<Document> removed{};           // deletes from `chatmessages`
  std::vector<Document> audits{};            // to insert into `audits`
  std::vector<Document> new_sessions{};      // upserts of `sessions`
  std::vector<Document> changed_sessions{};  // updates of `sessions`
  std::vector<SessionId> changed{};          // the sessions of these updates
};

/// The sender of the text at that seq.
using SenderAt = std::function<Result<UserId>(std::uint32_t seq)>;
/// Adds the content of `document`. Errors: log_corrupt; those of `sender_at`.
[[nodiscard]] Result<void> project(const StoredDocument& document, const SessionId& session, const SenderAt& sender_at, Projection& into);
/// A delete of one message.
[[nodiscard]] Document remove_message(const ObjectId& id);

}  // namespace parley::store::mongo
