// The `sessions` document of docs/api-contract.md §8, as other software reads it, and what Parley adds under `parley`: the session's
// number, up to which entry the document is right, and the state that Parley wrote there. Other software changes the state and leaves that
// copy alone, so a document whose state differs from it holds a write that Parley has not taken in (docs/adr/0015).
#pragma once

#include <cstdint>

#include "domain/session.hpp"
#include "store/mongo/document.hpp"
#include "store/mongo/foreign_document.hpp"

namespace parley::store::mongo {

/// An upsert that makes the document of a new session and leaves it alone when it is there. A document of the same `sessionId` with another
/// number, or with none (other software made it), is a duplicate_key.
[[nodiscard]] Document insert_session(const domain::SessionRow& row);
/// An update to what the row says after the entry at `seq`. A document that is further already stays, and so does one that holds a foreign
/// write.
[[nodiscard]] Document update_session(const domain::SessionRow& row, std::uint32_t seq);
/// The same for a document whose foreign write is in the log now: it must still be as `seen`.
[[nodiscard]] Document settle_session(const domain::SessionRow& row, std::uint32_t seq, const ForeignSession& seen);
/// Adds the condition that a document holds a foreign write: it is in the log, and is not as Parley wrote it.
void require_foreign_write(Document& filter);
/// `parley.wrote`.
[[nodiscard]] Document written_state(const DocumentState& state);

}  // namespace parley::store::mongo
