// The `sessions` document of docs/api-contract.md §8, which other software reads. Parley adds its fields under `parley`: the
// session's number, the entry up to which the document is right, and a copy of the state that Parley wrote. Other software
// changes the state but not the copy. So if they differ, the document holds a write that Parley has not taken in (docs/adr/0015).
#pragma once

#include <cstdint>

#include "domain/session.hpp"
#include "store/mongo/documents/foreign_document.hpp"
#include "store/mongo/driver/document.hpp"

namespace parley::store::mongo {

/// An upsert that creates the document of a new session, and leaves an existing one unchanged. A document with
/// the same `sessionId` but another number, or without one (made by other software), gives duplicate_key.
[[nodiscard]] Document insert_session(const domain::SessionRow& row);
/// An update to the row after the entry at `seq`. It matches no
/// document that is newer already, and none that holds a foreign write.
[[nodiscard]] Document update_session(const domain::SessionRow& row, std::uint32_t seq);
/// The same for a document whose foreign write is in the log now: its state must still be that of `seen`.
[[nodiscard]] Document settle_session(const domain::SessionRow& row, std::uint32_t seq, const ForeignSession& seen);
/// Adds the condition that a document holds a foreign write: the session is in the log, and its state differs from Parley's copy.
void require_foreign_write(Document& filter);
/// `parley.wrote`.
[[nodiscard]] Document written_state(const DocumentState& state);

}  // namespace parley::store::mongo
