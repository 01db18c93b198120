// The indexes of docs/api-contract.md §8 and of the log. Blocking.
#pragma once

#include <string_view>

#include "base/log_sink.hpp"
#include "base/result.hpp"
#include "store/mongo/driver/client.hpp"

namespace parley::store::mongo {

/// Errors of all functions: store_failed. The text names collection and index and says how to fix it.
/// Whether every index exists in the required form, under any name.
[[nodiscard]] Result<bool> are_indexes_there(Client& client);
/// Also true for an empty collection; creates nothing.
[[nodiscard]] Result<bool> is_collection_there(Client& client, std::string_view collection);
/// Creates the missing indexes.
[[nodiscard]] Result<void> prepare_indexes(Client& client);
/// Warns of unique indexes that are not Parley's, because they may refuse Parley's writes.
[[nodiscard]] Result<void> warn_of_foreign_indexes(Client& client, LogSink& logs);

}  // namespace parley::store::mongo
