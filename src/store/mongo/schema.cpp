#include "store/mongo/schema.hpp"

#include <array>
#include <string>

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

/// Errors: store_failed, it cannot be reached or is too old, and how to mend it.
Result<Topology> look_at_server(Client& client, const std::string& uri) {
  Document hello;
  hello.int32("hello", 1);
  const auto answer = client.command(hello);
  if (!answer)
    return refuse(ErrorCode::store_failed, "MongoDB at " + without_credentials(uri) + " cannot be used: " + answer.error().message +
                                               ". Start it, or correct --store, and start Parley again.");
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
                        " cannot be made: " + made.error().message +
                        ". Drop the index that is in its way, or mend the documents that break it, and start again.");
  }
  return {};
}

Result<Topology> prepare_database(ClientPool& clients, const MongoConfig& config, std::string_view app_name) {
  Client client = clients.take();
  const auto topology = look_at_server(client, config.uri);
  if (!topology) return topology;
  clients.set_topology(*topology);
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
