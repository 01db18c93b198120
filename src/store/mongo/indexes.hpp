// The indexes of docs/api-contract.md §8 and of the log. Blocking.
#pragma once

#include "base/log_sink.hpp"
#include "base/result.hpp"
#include "store/mongo/client.hpp"

namespace parley::store::mongo {

/// Whether all are there, just so. Warns of unique indexes that are not among them: they may refuse what Parley writes. Error:
/// store_failed, naming the collection.
[[nodiscard]] Result<bool> are_indexes_there(Client& client, LogSink& logs);
/// Makes what is missing, and looks that each is as it must be. Error: store_failed, naming collection and index.
[[nodiscard]] Result<void> prepare_indexes(Client& client);

}  // namespace parley::store::mongo
