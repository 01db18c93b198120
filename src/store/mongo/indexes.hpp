// The indexes of docs/api-contract.md §8 and of the log. Blocking.
#pragma once

#include <string_view>

#include "base/log_sink.hpp"
#include "base/result.hpp"
#include "store/mongo/client.hpp"

namespace parley::store::mongo {

/// Errors of all: store_failed, naming collection and index, and how to mend it.
/// Whether each is there as it must be, whatever its name.
[[nodiscard]] Result<bool> are_indexes_there(Client& client);
/// Even an empty one; nothing is made.
[[nodiscard]] Result<bool> is_collection_there(Client& client, std::string_view collection);
/// Makes those that are not.
[[nodiscard]] Result<void> prepare_indexes(Client& client);
/// Unique indexes that are not Parley's may refuse what Parley writes.
[[nodiscard]] Result<void> warn_of_foreign_indexes(Client& client, LogSink& logs);

}  // namespace parley::store::mongo
