#include "store/mongo/adoption/change_event.hpp"

#include <algorithm>
#include <string_view>

#include "store/mongo/documents/foreign_document.hpp"
#include "store/mongo/driver/layout.hpp"

namespace parley::store::mongo {

namespace {

using Kind = ChangeEvent::Kind;

/// Parley changes its own field with every write of a session.
bool is_own_update(const Fields& event) {
  const auto description = event.document("updateDescription");
  const auto updated = description ? description->document("updatedFields") : std::nullopt;
  if (!updated) return false;
  return std::ranges::any_of(updated->names(), [](std::string_view name) { return name == "parley" || name.starts_with("parley."); });
}

bool has_own_field(const Fields& event) {
  const auto document = event.document("fullDocument");
  return document && document->has("parley");
}

std::string text_of(const std::optional<Fields>& fields, std::string_view name) {
  return std::string(fields ? fields->text(name).value_or(std::string_view()) : std::string_view());
}

void read_document_event(const Fields& event, std::string_view collection, std::string_view operation, ChangeEvent& read) {
  const auto key = event.document("documentKey");
  const auto id = key ? key->id("_id") : std::nullopt;
  if (key) read.document = id_of(*key);
  if (id) read.id = *id;
  if (collection == collection::chat && operation == "insert") {
    read.session = text_of(event.document("fullDocument"), "sessionId");
    if (!read.session.empty()) read.kind = Kind::text_inserted;
  } else if (collection == collection::chat && operation == "delete") {
    if (id) read.kind = Kind::text_deleted;
  } else if (collection == collection::sessions && operation == "delete") {
    read.kind = Kind::session_deleted;
  } else if (collection == collection::sessions && id) {
    const bool is_own = operation == "update" ? is_own_update(event) : has_own_field(event);
    if (!is_own) read.kind = Kind::session_written;
  }
}

}  // namespace

ChangeEvent read_change_event(const Fields& event) {
  ChangeEvent read;
  read.at = event.cluster_time("clusterTime").value_or(Timestamp{});
  const std::string_view operation = event.text("operationType").value_or(std::string_view());
  const std::string collection = text_of(event.document("ns"), "coll");
  if (operation == "drop" || operation == "rename" || operation == "dropDatabase") {
    const bool is_ours = collection.empty() || collection == collection::sessions || collection == collection::chat;
    if (!is_ours) return read;
    read.kind = Kind::collection_is_gone;
    read.document = std::string(operation) + " of " + (collection.empty() ? "the database" : collection);
    return read;
  }
  if (operation == "invalidate") {
    read.kind = Kind::stream_ended;
    return read;
  }
  read_document_event(event, collection, operation, read);
  return read;
}

}  // namespace parley::store::mongo
