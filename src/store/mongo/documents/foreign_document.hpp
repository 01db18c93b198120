// Reads documents of an earlier server in the layout of docs/api-contract.md §8, and strictly so. If a field
// is missing or has no meaning here, the reader does not guess: it rejects the document and gives the reason.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "domain/entry.hpp"
#include "domain/role.hpp"
#include "store/mongo/documents/foreign_decision.hpp"
#include "store/mongo/driver/document.hpp"

namespace parley::store::mongo {

/// The value, or the reason why it cannot be adopted, as readable text.
template <typename T>
using Readable = std::expected<T, std::string>;

/// A document of `sessions`, written by any software.
struct ForeignSession {
  SessionId id;
  ObjectId object_id;
  UserId doctor;
  UserId patient;
  std::optional<ObjectId> appointment;
  Timestamp created_at{};
  std::optional<Timestamp> started_at;  // always set if active; never later than its end
  DocumentState state{};                // as written in the document
  // Parley's own fields:
  std::optional<std::uint32_t> seq{};    // the document matched the log up to this entry when Parley wrote it
  std::optional<DocumentState> wrote{};  // the state that Parley wrote or took in then
};
/// Whether other software has changed the session since Parley wrote it or took it in.
[[nodiscard]] bool has_news(const ForeignSession& session);
[[nodiscard]] Readable<ForeignSession> read_foreign_session(const Fields& document);

/// A document of `chatmessages`.
struct ForeignText {
  ObjectId id;
  UserId sender;
  domain::Role sender_role;
  std::string text;
  domain::MessageType type = domain::MessageType::text;
  Timestamp time{};
};
[[nodiscard]] Readable<ForeignText> read_foreign_text(const Fields& document, const domain::RoleSet& roles);

/// `_id` in readable form, of any type.
[[nodiscard]] std::string id_of(const Fields& document);

}  // namespace parley::store::mongo
