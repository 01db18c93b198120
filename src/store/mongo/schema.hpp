// Checks and preparations in the database before it is used. Blocking.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/log_sink.hpp"
#include "base/result.hpp"
#include "store/mongo/driver/client.hpp"
#include "store/mongo/driver/mongo_config.hpp"

namespace parley::store::mongo {

/// Asks the server for its kind, sets the pool's topology and prepares the indexes. It waits up to the configured
/// patience, because an index over an earlier server's documents may take minutes. Warns of the operator's own unique
/// indexes, which may refuse Parley's writes. Errors: store_failed. The text says what failed, where, and how to fix it.
[[nodiscard]] Result<Topology> prepare_database(ClientPool& clients, const MongoConfig& config, std::string_view app_name, LogSink& logs);
/// For a tool, before it creates anything: a mistyped name would create a database of that name. `verb` is the tool's
/// action, for the message. Errors: those of looking at the server; store_failed, the database has none of the collections.
[[nodiscard]] Result<void> must_have_one_of(const MongoConfig& config, std::string_view app_name,
                                            std::span<const std::string_view> collections, std::string_view verb);
/// A number for this process, greater than all earlier ones: the upper bits of its places in
/// the log. `uri` is for messages, here and below. Errors: store_failed, with how to fix it.
[[nodiscard]] Result<std::int64_t> draw_node_number(Client& client, const std::string& uri);
/// Registers the node before it writes anything: if it ends before its writes are mirrored, other nodes mirror them.
[[nodiscard]] Result<void> register_node(Client& client, const std::string& uri, std::int64_t node, Timestamp now);

}  // namespace parley::store::mongo
