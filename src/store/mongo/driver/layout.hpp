// Names of collections and fields, and the document of the log (docs/formats/mongo-store.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "domain/entry.hpp"
#include "store/mongo/driver/document.hpp"

namespace parley::store::mongo {

namespace collection {
inline constexpr std::string_view log = "sessionlog";
inline constexpr std::string_view sessions = "sessions";
inline constexpr std::string_view chat = "chatmessages";
inline constexpr std::string_view signalling = "signalingmessages";
inline constexpr std::string_view audits = "audits";
inline constexpr std::string_view users = "users";
inline constexpr std::string_view revoked = "revokedtokens";
inline constexpr std::string_view nodes = "parleynodes";  // one document per writing process: the progress of its mirror
}  // namespace collection

/// Whether a duplicate in the unique index over `keys` means the same document. Other unique indexes belong to the operator.
[[nodiscard]] bool is_identity(std::string_view collection, const Fields& keys);

/// `_id` of the document that begins at `seq`: session number ‖ seq, the last eight bytes of
/// that entry's id. Because it is unique, only one of two competing writers gets the place.
[[nodiscard]] std::int64_t log_id(SessionNumber session, std::uint32_t seq);
[[nodiscard]] SessionNumber session_of(std::int64_t log_id);
[[nodiscard]] std::uint32_t seq_of(std::int64_t log_id);

/// One commit of one session: the entries of a few appends, adjacent.
struct LogDocument {
  SessionNumber session{};
  std::vector<domain::EncodedEntry> entries{};  // 1..limits::mongo_document_entries_max
  std::vector<Key16> keys{};                    // of the entries that have a key
  Bytes row{};                                  // the session row after the entries; empty: they do not change it
  std::optional<std::uint32_t> erases{};        // the seq whose body the entries delete
  std::int64_t at = 0;                          // node ‖ count: its place in the order of that node's writes
  std::string session_id{};                     // in the first document of a log: finds the log without `sessions`

  [[nodiscard]] std::uint32_t first() const { return entries.front().seq; }
  [[nodiscard]] std::uint32_t last() const { return entries.back().seq; }
};

[[nodiscard]] Document encode_log_document(const LogDocument& document);

/// A document of the log as read. Its entries are decoded one by one, so that a damaged entry does not hide its neighbours.
struct StoredDocument {
  SessionNumber session{};
  std::uint32_t first = 0;
  std::vector<Bytes> records{};  // of first, first + 1, …
  Bytes row{};
  std::optional<std::uint32_t> erases{};
  std::int64_t at = 0;

  [[nodiscard]] std::uint32_t last() const { return first + static_cast<std::uint32_t>(records.size()) - 1; }
};
/// Error: log_corrupt, naming session and seq.
[[nodiscard]] Result<StoredDocument> decode_log_document(const Fields& fields);

/// On the first document of a log.
inline constexpr std::string_view session_field = "session";
/// On a document that still has to empty the body it `erases` (a standalone has no transactions).
inline constexpr std::string_view pending_field = "pending";
/// {$set: …} that replaces one entry of a document.
[[nodiscard]] Document set_record(const StoredDocument& document, const domain::EncodedEntry& entry);

/// {_id: id}.
[[nodiscard]] Document by_id(const ObjectId& id);
/// {_id: {$gte: first, $lte: last}} of one session.
[[nodiscard]] Document id_range(SessionNumber session, std::uint32_t first, std::uint32_t last);
/// {<field>: {$gte: first, $lte: last}}.
[[nodiscard]] Document range_of(std::string_view field, std::int64_t first, std::int64_t last);
/// {_id: 1} and {_id: -1}.
[[nodiscard]] const Document& ascending_id();
[[nodiscard]] const Document& descending_id();

}  // namespace parley::store::mongo
