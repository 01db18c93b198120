// Empties a body without transactions (on a standalone). First the document of the deletion is inserted, marked `pending`.
// Then the body is emptied, then the mark is removed. The next start of the store finishes a begun erasure. Owner: one thread.
#pragma once

#include "store/common/store_state.hpp"
#include "store/mongo/driver/client.hpp"

namespace parley::store::mongo {

/// `deletion` carries `pending`; `query` and `change` empty the body. duplicate_key: nothing was done.
[[nodiscard]] Outcome<void> erase_in_steps(Client& client, const Document& deletion, const Document& query, const Document& change);
/// Finishes every `pending` deletion; call it before serving. Errors: store_failed, log_corrupt.
[[nodiscard]] Result<void> finish_erasures(Client& client, StoreState& state);

}  // namespace parley::store::mongo
