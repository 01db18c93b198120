// What is asked of and made in the database before it is used. Blocking.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/log_sink.hpp"
#include "base/result.hpp"
#include "store/mongo/client.hpp"
#include "store/mongo/mongo_config.hpp"

namespace parley::store::mongo {

/// Asks the server what it is, tells the pool, and prepares the indexes with all of the configured patience: one over what earlier servers
/// wrote may take minutes. Warns of unique indexes of the users' own, which may refuse what Parley writes. Errors: store_failed, with what,
/// where and how to mend it.
[[nodiscard]] Result<Topology> prepare_database(ClientPool& clients, const MongoConfig& config, std::string_view app_name, LogSink& logs);
/// For a tool, before anything is made: a mistyped name would make a database of that name. `verb` is what it does, for the message.
/// Errors: those of prepare_database; store_failed, it has none of them.
[[nodiscard]] Result<void> must_have_one_of(const MongoConfig& config, std::string_view app_name,
                                            std::span<const std::string_view> collections, std::string_view verb);
/// A number for this process, greater than any before it: the upper bits of its places in the log. `uri` is for messages, here and below.
/// Errors: store_failed, with how to mend it.
[[nodiscard]] Result<std::int64_t> draw_node_number(Client& client, const std::string& uri);
/// Makes the node known, before it writes anything: what it does not live to mirror, others will.
[[nodiscard]] Result<void> register_node(Client& client, const std::string& uri, std::int64_t node, Timestamp now);

}  // namespace parley::store::mongo
