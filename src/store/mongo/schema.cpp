#include "store/mongo/schema.hpp"

#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "domain/entry.hpp"
#include "domain/error_code.hpp"
#include "store/mongo/documents/indexes.hpp"
#include "store/mongo/driver/layout.hpp"
#include "store/mongo/log/settled_places.hpp"

namespace parley::store::mongo {

namespace {

std::string advice_for(Client& client, const Failure& failure, std::string_view uri, std::string_view right) {
  if (is_authentication(failure)) return "Correct the user, the password or the authSource in --store";
  if (is_forbidden(failure)) return how_to_be_allowed(client, right);
  const bool names_set = uri.find("replicaSet=") != std::string_view::npos;
  return std::string("Start it, or correct --store (hosts, TLS, authentication, name of the database") +
         (names_set ? ", and replicaSet, which must be the name of the set" : "") + ")";
}

/// `right`: the actions that the role must allow.
std::unexpected<Error> cannot_be_used(Client& client, const std::string& uri, const Failure& failure, std::string_view right) {
  return refuse(ErrorCode::store_failed, "MongoDB at " + without_credentials(uri) + " cannot be used: " + failure.message + ". " +
                                             advice_for(client, failure, uri, right) + ".");
}

/// Errors: store_failed: the server cannot be reached or is too old. The text says how to fix it.
Result<Topology> look_at_server(Client& client, const std::string& uri) {
  Document hello;
  hello.int32("hello", 1);
  const auto answer = client.command(hello);
  if (!answer) return cannot_be_used(client, uri, answer.error(), "hello");
  if (!Fields(*answer).boolean("isWritablePrimary").value_or(true))
    return refuse(ErrorCode::store_failed,
                  "MongoDB at " + without_credentials(uri) +
                      " is no primary. Name its set in --store, as in ?replicaSet=NAME, and leave directConnection out, so that the "
                      "primary is found.");
  constexpr std::int64_t wire_version_min = 9;  // 4.4
  if (Fields(*answer).integer("maxWireVersion").value_or(0) < wire_version_min)
    return refuse(ErrorCode::store_failed, "MongoDB at " + without_credentials(uri) + " is too old: Parley needs version 4.4 or later.");
  const bool is_set = Fields(*answer).has("setName") || Fields(*answer).text("msg") == "isdbgrid";
  return is_set ? Topology::replica_set : Topology::standalone;
}

/// Tries `dbStats` once, because it runs every second later. A user without this permission would look like an outage.
Result<void> try_to_look_at_room(Client& client, const std::string& uri) {
  Document command;
  command.int32("dbStats", 1);
  if (const auto stats = client.command(command); !stats) return cannot_be_used(client, uri, stats.error(), "dbStats");
  return {};
}

/// All entries of a log have the same version: no version writes into a log that it cannot read.
Result<void> refuse_other_formats(Client& client, const std::string& uri) {
  const auto found = client.find(collection::log, Document(), {.limit = 1});
  if (!found) return cannot_be_used(client, uri, found.error(), "find");
  if (found->empty()) return {};
  const auto entries = Fields(found->front()).binaries("entries");
  const auto version = entries && !entries->empty() ? domain::entry_version_of(entries->front()) : std::nullopt;
  if (!version) return {};  // damaged: readers report it
  if (*version == domain::entry_version) return {};
  return refuse(
      ErrorCode::store_failed,
      "The database at " + without_credentials(uri) + " has a session log of format " + std::to_string(*version) +
          ", and this version reads format " + std::to_string(domain::entry_version) +
          ". Nothing was changed. Start the version that wrote it, name another database with --store, or adopt its sessions anew "
          "(docs/operations/mongodb.md, \"A database of format 1\").");
}

}  // namespace

Result<Topology> prepare_database(ClientPool& clients, const MongoConfig& config, std::string_view app_name, LogSink& logs) {
  Client client = clients.take();
  const auto topology = look_at_server(client, config.uri);
  if (!topology) return topology;
  clients.set_topology(*topology);
  if (auto readable = refuse_other_formats(client, config.uri); !readable) return std::unexpected(readable.error());
  if (auto warned = warn_of_foreign_indexes(client, logs); !warned) return std::unexpected(warned.error());
  if (auto looked = try_to_look_at_room(client, config.uri); !looked) return std::unexpected(looked.error());
  const auto all_there = are_indexes_there(client);
  if (!all_there) return std::unexpected(all_there.error());
  if (*all_there) return topology;
  const auto patient = ClientPool::make(config.uri, app_name, 1, config.index_patience);
  if (!patient) return std::unexpected(patient.error());
  Client indexing = (*patient)->take();
  if (auto indexes = prepare_indexes(indexing); !indexes) return std::unexpected(indexes.error());
  return topology;
}

Result<void> must_have_one_of(const MongoConfig& config, std::string_view app_name, std::span<const std::string_view> collections,
                              std::string_view verb) {
  const auto clients = ClientPool::make(config.uri, app_name, 1);
  if (!clients) return std::unexpected(clients.error());
  Client client = (*clients)->take();
  if (const auto topology = look_at_server(client, config.uri); !topology) return std::unexpected(topology.error());
  std::string names;
  for (const std::string_view collection : collections) {
    const auto there = is_collection_there(client, collection);
    if (!there) return std::unexpected(there.error());
    if (*there) return {};
    names.append(names.empty() ? "no " : " and no ").append(collection);
  }
  return refuse(ErrorCode::store_failed, "There is nothing to " + std::string(verb) + ": the database " + (*clients)->database() +
                                             ", which --store names, has " + names + ". Correct its name in --store; nothing was made.");
}

Result<std::int64_t> draw_node_number(Client& client, const std::string& uri) {
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
  if (!answer) return cannot_be_used(client, uri, answer.error(), "find, insert and update");
  const auto value = Fields(*answer).document("value");
  const auto number = value ? value->integer("last") : std::nullopt;
  if (!number) return cannot_be_used(client, uri, {FailureKind::refused, 0, "it gave no number for this process"}, "find");
  return first_place_of(*number);
}

Result<void> register_node(Client& client, const std::string& uri, std::int64_t node, Timestamp now) {
  Document made;
  made.int64("_id", node).int64("at", node).date("alive", now);
  if (const auto failure = first_failure(client.insert(collection::nodes, {&made, 1})))
    return cannot_be_used(client, uri, *failure, "insert");
  return {};
}

}  // namespace parley::store::mongo
