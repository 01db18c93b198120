#include "store/mongo/schema.hpp"

#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "store/mongo/indexes.hpp"
#include "store/mongo/layout.hpp"
#include "store/mongo/settled_places.hpp"

namespace parley::store::mongo {

namespace {

std::string advice_for(const Failure& failure, std::string_view uri) {
  if (is_authentication(failure)) return "Correct the user, the password or the authSource in --store, and start Parley again.";
  const bool names_set = uri.find("replicaSet=") != std::string_view::npos;
  return std::string("Start it, or correct --store (hosts, TLS, authentication, name of the database") +
         (names_set ? ", and replicaSet, which must be the name of the set" : "") + "), and start Parley again.";
}

std::unexpected<Error> cannot_be_used(const std::string& uri, const Failure& failure) {
  return refuse(ErrorCode::store_failed,
                "MongoDB at " + without_credentials(uri) + " cannot be used: " + failure.message + ". " + advice_for(failure, uri));
}

/// Errors: store_failed, it cannot be reached or is too old, and how to mend it.
Result<Topology> look_at_server(Client& client, const std::string& uri) {
  Document hello;
  hello.int32("hello", 1);
  const auto answer = client.command(hello);
  if (!answer) return cannot_be_used(uri, answer.error());
  if (!Fields(*answer).boolean("isWritablePrimary").value_or(true))
    return refuse(ErrorCode::store_failed,
                  "MongoDB at " + without_credentials(uri) +
                      " is no primary. Name its set in --store, as in ?replicaSet=NAME, so that the primary is found.");
  constexpr std::int64_t wire_version_min = 9;  // 4.4
  if (Fields(*answer).integer("maxWireVersion").value_or(0) < wire_version_min)
    return refuse(ErrorCode::store_failed, "MongoDB at " + without_credentials(uri) + " is too old: Parley needs version 4.4 or later.");
  const bool is_set = Fields(*answer).has("setName") || Fields(*answer).text("msg") == "isdbgrid";
  return is_set ? Topology::replica_set : Topology::standalone;
}

}  // namespace

Result<Topology> prepare_database(ClientPool& clients, const MongoConfig& config, std::string_view app_name, LogSink& logs) {
  Client client = clients.take();
  const auto topology = look_at_server(client, config.uri);
  if (!topology) return topology;
  clients.set_topology(*topology);
  if (auto warned = warn_of_foreign_indexes(client, logs); !warned) return std::unexpected(warned.error());
  const auto all_there = are_indexes_there(client);
  if (!all_there) return std::unexpected(all_there.error());
  if (*all_there) return topology;
  const auto patient = ClientPool::make(config.uri, app_name, 1, config.index_patience);
  if (!patient) return std::unexpected(patient.error());
  Client indexing = (*patient)->take();
  if (auto indexes = prepare_indexes(indexing); !indexes) return std::unexpected(indexes.error());
  return topology;
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
  if (!answer) return cannot_be_used(uri, answer.error());
  const auto value = Fields(*answer).document("value");
  const auto number = value ? value->integer("last") : std::nullopt;
  if (!number) return cannot_be_used(uri, {FailureKind::refused, 0, "it gave no number for this process"});
  return first_place_of(*number);
}

Result<void> register_node(Client& client, const std::string& uri, std::int64_t node, Timestamp now) {
  Document made;
  made.int64("_id", node).int64("at", node).date("alive", now);
  if (const auto failure = first_failure(client.insert(collection::nodes, {&made, 1}))) return cannot_be_used(uri, *failure);
  return {};
}

}  // namespace parley::store::mongo
