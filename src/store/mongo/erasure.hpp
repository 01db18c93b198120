// Emptying a body where there are no transactions (a standalone): the deletion's document goes in first and says that it is `pending`,
// then the body is emptied, then the word goes. Whoever opens the store finishes what was begun. Owner: one thread.
#pragma once

#include "store/common/store_state.hpp"
#include "store/mongo/client.hpp"

namespace parley::store::mongo {

/// `deletion` carries `pending`; `query` and `change` empty the body. duplicate_key: nothing was done.
[[nodiscard]] Outcome<void> erase_in_steps(Client& client, const Document& deletion, const Document& query, const Document& change);
/// Before serving: every `pending` deletion is finished. Errors: store_failed, log_corrupt.
[[nodiscard]] Result<void> finish_erasures(Client& client, StoreState& state);

}  // namespace parley::store::mongo
