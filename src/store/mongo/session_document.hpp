// The `sessions` document of docs/api-contract.md §8, as other software reads it, and what Parley adds under `parley`: the session's
// number and up to which entry the document is right.
#pragma once

#include <cstdint>

#include "domain/session.hpp"
#include "store/mongo/document.hpp"

namespace parley::store::mongo {

/// An upsert that makes the document of a new session and leaves it alone when it is there. A document of the same `sessionId` with another
/// number, or with none (other software made it), is a duplicate_key.
[[nodiscard]] Document insert_session(const domain::SessionRow& row);
/// An update to what the row says after the entry at `seq`; a document that is further already stays.
[[nodiscard]] Document update_session(const domain::SessionRow& row, std::uint32_t seq);

}  // namespace parley::store::mongo
