#include "store/mongo/indexes.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "store/mongo/layout.hpp"

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

/// Of a collection, as `listIndexes` tells them; one that is not there has none.
Result<Document> listing_of(Client& client, std::string_view collection) {
  constexpr std::int32_t code_namespace_not_found = 26;
  Document command;
  command.text("listIndexes", collection);
  auto answer = client.command(command);
  if (answer) return *std::move(answer);
  if (answer.error().code == code_namespace_not_found) return Document();
  return refuse(ErrorCode::store_failed, "The indexes of the collection " + std::string(collection) +
                                             " cannot be listed: " + answer.error().message + ". Mend that, and start again.");
}

std::vector<Fields> listed_in(const Document& listing) {
  const auto cursor = Fields(listing).document("cursor");
  return cursor ? cursor->documents("firstBatch") : std::vector<Fields>();  // a collection has at most 64, a batch 101
}

bool is_there(const std::vector<Fields>& listed, const Index& index) {
  const auto found = std::ranges::find(listed, name_of(index), [](const Fields& each) { return each.text("name").value_or(""); });
  if (found == listed.end() || found->has("partialFilterExpression") || found->has("collation") || found->has("hidden")) return false;
  const auto keys = found->document("key");
  if (!keys || keys->count() != Fields(keys_of(index)).count()) return false;
  const bool same_keys =
      std::ranges::all_of(index.fields, [&](std::string_view field) { return field.empty() || keys->integer(field) == 1; });
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

}  // namespace

Result<bool> are_indexes_there(Client& client, LogSink& logs) {
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

}  // namespace parley::store::mongo
