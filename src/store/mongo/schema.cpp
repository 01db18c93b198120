#include "store/mongo/schema.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "store/mongo/layout.hpp"
#include "store/mongo/settled_places.hpp"

namespace parley::store::mongo {

namespace {

enum class Kind : std::uint8_t { plain, unique, sparse, expiring };
struct Index {
  std::string_view collection;
  std::array<std::string_view, 3> fields;  // all ascending
  Kind kind = Kind::plain;
  std::int32_t expire_after_seconds = 0;
};

constexpr std::int32_t signalling_seconds =
    static_cast<std::int32_t>(std::chrono::duration_cast<std::chrono::seconds>(limits::signalling_kept).count());

// The first of each collection are those of docs/api-contract.md §8; what follows is Parley's own.
constexpr std::array indexes = {
    Index{collection::sessions, {"sessionId"}, Kind::unique},
    Index{collection::sessions, {"status", "createdAt"}},
    Index{collection::sessions, {"status", "createdAt", "sessionId"}},
    Index{collection::sessions, {"doctorId", "patientId", "status"}},
    Index{collection::sessions, {"patientId", "status"}},
    Index{collection::sessions, {"parley.others", "status"}, Kind::sparse},
    Index{collection::chat, {"sessionId"}},
    Index{collection::chat, {"sessionId", "timestamp"}},
    Index{collection::chat, {"sessionId", "seq"}},  // those without `seq` are not in the log
    Index{collection::signalling, {"sessionId"}},
    Index{collection::signalling, {"sessionId", "timestamp"}},
    Index{collection::signalling, {"senderId", "timestamp"}},
    Index{collection::signalling, {"timestamp"}, Kind::expiring, signalling_seconds},
    Index{collection::log, {"keys"}, Kind::sparse},
    Index{collection::log, {"rowOf"}, Kind::sparse},
    Index{collection::log, {"erases"}, Kind::sparse},
    Index{collection::log, {"pending"}, Kind::sparse},
    Index{collection::log, {"at"}},
    Index{collection::revoked, {"expiresAt"}, Kind::expiring, 0},
};

Document keys_of(const Index& index) {
  Document keys;
  for (const std::string_view field : index.fields)
    if (!field.empty()) keys.int32(field, 1);
  return keys;
}

/// As MongoDB names an index that nobody named: `sessionId_1_timestamp_1`.
std::string name_of(const Index& index) {
  std::string name;
  for (const std::string_view field : index.fields)
    if (!field.empty()) name.append(name.empty() ? "" : "_").append(field).append("_1");
  return name;
}

Document create_command(const Index& index) {
  Document made;
  made.document("key", keys_of(index)).text("name", name_of(index));
  if (index.kind == Kind::unique) made.boolean("unique", true);
  if (index.kind == Kind::sparse) made.boolean("sparse", true);
  if (index.kind == Kind::expiring) made.int32("expireAfterSeconds", index.expire_after_seconds);
  Array all;
  all.document(made);
  Document command;
  command.text("createIndexes", index.collection).array("indexes", all.as_document());
  return command;
}

/// Without the full stops that some messages end with and others do not.
std::string said_by(const Failure& failure) {
  std::string said = failure.message;
  while (said.ends_with('.')) said.pop_back();
  return said;
}

std::string advice_for(const Failure& failure, std::string_view uri) {
  if (is_authentication(failure)) return "Correct the user, the password or the authSource in --store, and start Parley again.";
  const bool names_set = uri.find("replicaSet=") != std::string_view::npos;
  return std::string("Start it, or correct --store (hosts, TLS") +
         (names_set ? ", and replicaSet, which must be the name of the set" : "") + "), and start Parley again.";
}

/// Of a collection, as `listIndexes` tells them; one that is not there has none.
Result<Document> listing_of(Client& client, std::string_view collection) {
  constexpr std::int32_t code_namespace_not_found = 26;
  Document command;
  command.text("listIndexes", collection);
  auto answer = client.command(command);
  if (answer) return *std::move(answer);
  if (answer.error().code == code_namespace_not_found) return Document();
  return refuse(ErrorCode::store_failed, "The indexes of the collection " + std::string(collection) +
                                             " cannot be listed: " + said_by(answer.error()) + ". Mend that, and start again.");
}

std::vector<Fields> listed_in(const Document& listing) {
  const auto cursor = Fields(listing).document("cursor");
  return cursor ? cursor->documents("firstBatch") : std::vector<Fields>();  // a collection has at most 64, a batch 101
}

bool is_there(const std::vector<Fields>& listed, const Index& index) {
  const auto found = std::ranges::find(listed, name_of(index), [](const Fields& each) { return each.text("name").value_or(""); });
  if (found == listed.end() || found->has("partialFilterExpression") || found->has("collation") || found->has("hidden")) return false;
  const auto keys = found->document("key");
  const bool same_keys =
      keys && std::ranges::all_of(index.fields, [&](std::string_view field) { return field.empty() || keys->integer(field) == 1; });
  const auto expires = found->integer("expireAfterSeconds");
  return same_keys && found->boolean("unique").value_or(false) == (index.kind == Kind::unique) &&
         found->boolean("sparse").value_or(false) == (index.kind == Kind::sparse) &&
         expires.has_value() == (index.kind == Kind::expiring) &&
         expires.value_or(index.expire_after_seconds) == index.expire_after_seconds;
}

void warn_of_foreign(const std::vector<Fields>& listed, std::string_view collection, LogSink& logs) {
  for (const Fields& each : listed) {
    const auto keys = each.document("key");
    if (!each.boolean("unique").value_or(false) || !keys || is_identity(collection, *keys)) continue;
    logs.write(LogLevel::warning, "store", "a unique index that is not Parley's may refuse what Parley writes",
               {{"collection", collection}, {"index", each.text("name").value_or("")}});
  }
}

/// Whether all of `indexes` are there, just so.
Result<bool> look_at_indexes(Client& client, LogSink& logs) {
  bool all_there = true;
  std::string_view listed_of;
  Document answer;
  for (const Index& index : indexes) {
    if (index.collection != listed_of) {
      auto listed = listing_of(client, index.collection);
      if (!listed) return std::unexpected(listed.error());
      answer = *std::move(listed);
      listed_of = index.collection;
      warn_of_foreign(listed_in(answer), listed_of, logs);
    }
    all_there = all_there && is_there(listed_in(answer), index);
  }
  const auto audits = listing_of(client, collection::audits);  // of which Parley needs none
  if (!audits) return std::unexpected(audits.error());
  warn_of_foreign(listed_in(*audits), collection::audits, logs);
  return all_there;
}

/// Errors: store_failed, it cannot be reached or is too old, and how to mend it.
Result<Topology> look_at_server(Client& client, const std::string& uri) {
  Document hello;
  hello.int32("hello", 1);
  const auto answer = client.command(hello);
  if (!answer)
    return refuse(ErrorCode::store_failed, "MongoDB at " + without_credentials(uri) + " cannot be used: " + said_by(answer.error()) + ". " +
                                               advice_for(answer.error(), uri));
  constexpr std::int64_t wire_version_min = 9;  // 4.4
  if (Fields(*answer).integer("maxWireVersion").value_or(0) < wire_version_min)
    return refuse(ErrorCode::store_failed, "MongoDB at " + without_credentials(uri) + " is too old: Parley needs version 4.4 or later.");
  const bool is_set = Fields(*answer).has("setName") || Fields(*answer).text("msg") == "isdbgrid";
  return is_set ? Topology::replica_set : Topology::standalone;
}

}  // namespace

// createIndexes does nothing when the index is there as asked; that it is there otherwise is an error of the server's.
Result<void> prepare_indexes(Client& client) {
  for (const Index& index : indexes) {
    const auto made = client.command(create_command(index));
    if (!made)
      return refuse(ErrorCode::store_failed,
                    "The index " + name_of(index) + " of the collection " + std::string(index.collection) +
                        " cannot be made: " + said_by(made.error()) +
                        ". Drop the index that is in its way, or mend the documents that break it, and start again.");
  }
  return {};
}

Result<Topology> prepare_database(ClientPool& clients, const MongoConfig& config, std::string_view app_name, LogSink& logs) {
  Client client = clients.take();
  const auto topology = look_at_server(client, config.uri);
  if (!topology) return topology;
  clients.set_topology(*topology);
  const auto all_there = look_at_indexes(client, logs);
  if (!all_there) return std::unexpected(all_there.error());
  if (*all_there) return topology;
  const auto patient = ClientPool::make(config.uri, app_name, 1, config.index_patience);
  if (!patient) return std::unexpected(patient.error());
  Client indexing = (*patient)->take();
  if (auto indexes = prepare_indexes(indexing); !indexes) return std::unexpected(indexes.error());
  return topology;
}

Result<std::int64_t> draw_node_number(Client& client) {
  Document one;
  one.int64("last", 1);
  Document increment;
  increment.document("$inc", one);
  Document query;
  query.text("_id", "last");
  Document command;
  command.text("findAndModify", collection::nodes)
      .document("query", query)
      .document("update", increment)
      .boolean("upsert", true)
      .boolean("new", true);
  const auto answer = client.command(command);
  if (!answer) return std::unexpected(to_error(answer.error()));
  const auto value = Fields(*answer).document("value");
  const auto number = value ? value->integer("last") : std::nullopt;
  if (!number) return refuse(ErrorCode::store_failed, "The store cannot be opened", "MongoDB gave no number for this process");
  return first_place_of(*number);
}

Result<void> register_node(Client& client, std::int64_t node, Timestamp now) {
  Document made;
  made.int64("_id", node).int64("at", node).date("alive", now);
  if (const auto failure = first_failure(client.insert(collection::nodes, {&made, 1}))) return std::unexpected(to_error(*failure));
  return {};
}

}  // namespace parley::store::mongo
