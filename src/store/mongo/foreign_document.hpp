// What an earlier server wrote in the layout of docs/api-contract.md §8, read as that layout says and no further: a document with a field
// that is missing or means nothing here is not guessed at, but named with the reason.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "domain/entry.hpp"
#include "domain/role.hpp"
#include "store/mongo/document.hpp"
#include "store/mongo/foreign_decision.hpp"

namespace parley::store::mongo {

/// Or why it cannot be adopted, in words for people.
template <typename T>
using Readable = std::expected<T, std::string>;

/// A document of `sessions`, whoever wrote it.
struct ForeignSession {
  SessionId id;
  ObjectId object_id;
  UserId doctor;
  UserId patient;
  std::optional<ObjectId> appointment;
  Timestamp created_at{};
  std::optional<Timestamp> started_at;  // always when it is active; never later than its end
  bool is_ended = false;
  std::optional<Timestamp> ended_at;  // only when it is ended, and not always then
  DocumentState state{};              // as it is written there
  // Parley's own fields:
  std::optional<std::uint32_t> seq{};    // up to this entry the document was right when Parley wrote it
  std::optional<DocumentState> wrote{};  // the state that Parley wrote or took in then
};
/// Whether other software has changed it since Parley wrote it or took it in.
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

/// `_id` as people write it, of whatever type it is.
[[nodiscard]] std::string id_of(const Fields& document);

}  // namespace parley::store::mongo
