#include "store/mongo/documents/indexes.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "store/mongo/driver/layout.hpp"

namespace parley::store::mongo {

namespace {

enum class Kind : std::uint8_t { plain, unique, sparse, expiring };
struct Index {
  std::string_view collection;
  std::array<std::string_view, 3> fields;  // all ascending
  Kind kind = Kind::plain;
  std::int32_t expire_after_seconds = 0;
};

constexpr std::int32_t code_database_differs_in_case = 13297;  // of the server
constexpr std::int32_t signalling_seconds =
    static_cast<std::int32_t>(std::chrono::duration_cast<std::chrono::seconds>(limits::signalling_kept).count());

// The first indexes of each collection are those of docs/api-contract.md §8. The others are Parley's own.
constexpr std::array indexes = {
    Index{collection::sessions, {"sessionId"}, Kind::unique},
    Index{collection::sessions, {"status", "createdAt"}},
    Index{collection::sessions, {"status", "createdAt", "sessionId"}},
    Index{collection::sessions, {"doctorId", "patientId", "status"}},
    Index{collection::sessions, {"patientId", "status"}},
    Index{collection::sessions, {"parley.others", "status"}, Kind::sparse},
    Index{collection::chat, {"sessionId"}},
    Index{collection::chat, {"sessionId", "timestamp"}},
    Index{collection::chat, {"sessionId", "seq"}},  // documents without `seq` are not in the log
    Index{collection::signalling, {"sessionId"}},
    Index{collection::signalling, {"sessionId", "timestamp"}},
    Index{collection::signalling, {"senderId", "timestamp"}},
    Index{collection::signalling, {"timestamp"}, Kind::expiring, signalling_seconds},
    Index{collection::log, {"keys"}, Kind::sparse},
    Index{collection::log, {"rowOf"}, Kind::sparse},
    Index{collection::log, {"erases"}, Kind::sparse},
    Index{collection::log, {"adopts"}, Kind::sparse},  // a change stream gives only the id of a deleted message
    Index{collection::log, {"pending"}, Kind::sparse},
    Index{collection::log, {"session"}, Kind::sparse},  // finds a log whose document in `sessions` is gone
    Index{collection::log, {"at"}},
    Index{collection::revoked, {"expiresAt"}, Kind::expiring, 0},
};

Document keys_of(const Index& index) {
  Document keys;
  for (const std::string_view field : index.fields)
    if (!field.empty()) keys.int32(field, 1);
  return keys;
}

/// The default name of an index in MongoDB: `sessionId_1_timestamp_1`.
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

/// The answer of `listIndexes` for a collection; empty if the collection does not exist.
Result<Document> listing_of(Client& client, std::string_view collection) {
  constexpr std::int32_t code_namespace_not_found = 26;
  Document command;
  command.text("listIndexes", collection);
  auto answer = client.command(command);
  if (answer) return *std::move(answer);
  if (answer.error().code == code_namespace_not_found) return Document();
  const std::string advice =
      is_forbidden(answer.error()) ? how_to_be_allowed(client, "listIndexes") : "The log of the database may say more";
  return refuse(ErrorCode::store_failed, "The indexes of the collection " + std::string(collection) +
                                             " cannot be listed: " + answer.error().message + ". " + advice + ".");
}

std::vector<Fields> listed_in(const Document& listing) {
  const auto cursor = Fields(listing).document("cursor");
  return cursor ? cursor->documents("firstBatch") : std::vector<Fields>();  // a collection has at most 64, a batch 101
}

bool is_as_asked(const Fields& found, const Index& index) {
  if (found.has("partialFilterExpression") || found.has("collation") || found.has("hidden")) return false;
  const auto keys = found.document("key");
  const Document asked = keys_of(index);
  if (!keys || keys->names() != Fields(asked).names()) return false;
  const bool ascending = std::ranges::all_of(keys->names(), [&](std::string_view field) { return keys->integer(field) == 1; });
  const auto expires = found.integer("expireAfterSeconds");
  return ascending && found.boolean("unique").value_or(false) == (index.kind == Kind::unique) &&
         found.boolean("sparse").value_or(false) == (index.kind == Kind::sparse) && expires.has_value() == (index.kind == Kind::expiring) &&
         expires.value_or(index.expire_after_seconds) == index.expire_after_seconds;
}

/// Ignores the names of existing indexes.
Result<std::vector<const Index*>> missing_indexes(Client& client) {
  std::vector<const Index*> missing;
  std::string_view listed_of;
  Document listing;
  for (const Index& index : indexes) {
    if (std::exchange(listed_of, index.collection) != index.collection) {
      auto listed = listing_of(client, index.collection);
      if (!listed) return std::unexpected(listed.error());
      listing = *std::move(listed);
    }
    const auto listed = listed_in(listing);
    if (std::ranges::none_of(listed, [&](const Fields& found) { return is_as_asked(found, index); })) missing.push_back(&index);
  }
  return missing;
}

std::string how_to_make_it(Client& client, const Failure& failure) {
  if (is_forbidden(failure)) return how_to_be_allowed(client, "createIndex") + "; or make the index first";
  if (failure.code == code_database_differs_in_case)
    return "The name of the database in --store differs only in case from one that is there: write it as it is there, or choose another";
  return "Drop the index that is in its way, or mend the documents that break it";
}

Result<void> make(Client& client, const Index& index) {
  const auto made = client.command(create_command(index));
  if (made) return {};
  return refuse(ErrorCode::store_failed, "The index " + name_of(index) + " of the collection " + std::string(index.collection) +
                                             " cannot be made: " + made.error().message + ". " + how_to_make_it(client, made.error()) +
                                             ".");
}

}  // namespace

Result<bool> are_indexes_there(Client& client) {
  const auto missing = missing_indexes(client);
  if (!missing) return std::unexpected(missing.error());
  return missing->empty();
}

Result<bool> is_collection_there(Client& client, std::string_view collection) {
  const auto listing = listing_of(client, collection);
  if (!listing) return std::unexpected(listing.error());
  return !listed_in(*listing).empty();
}

Result<void> prepare_indexes(Client& client) {
  const auto missing = missing_indexes(client);
  if (!missing) return std::unexpected(missing.error());
  for (const Index* index : *missing)
    if (auto made = make(client, *index); !made) return made;
  return {};
}

Result<void> warn_of_foreign_indexes(Client& client, LogSink& logs) {
  for (const std::string_view collection :
       {collection::sessions, collection::chat, collection::audits, collection::signalling, collection::log}) {
    const auto listing = listing_of(client, collection);
    if (!listing) return std::unexpected(listing.error());
    for (const Fields& each : listed_in(*listing)) {
      const auto keys = each.document("key");
      if (!each.boolean("unique").value_or(false) || !keys || is_identity(collection, *keys)) continue;
      logs.write(LogLevel::warning, "store", "a unique index that is not Parley's may refuse what Parley writes",
                 {{"collection", collection}, {"index", each.text("name").value_or("")}});
    }
  }
  return {};
}

}  // namespace parley::store::mongo
