#include "store/mongo/documents/ttl_indexes.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "store/mongo/driver/layout.hpp"

namespace parley::store::mongo {

namespace {

constexpr std::int32_t code_no_collection = 26;  // of the server: NamespaceNotFound

}  // namespace

// Events and answers carry whole seconds, so a listing counts for a deletion only if it is from a later second.
Outcome<bool> TtlIndexes::explain(Client& client, Timestamp said, Timestamp at) {
  if (read_at_ <= at) {
    if (const auto done = read(client); !done) return std::unexpected(done.error());
  }
  return std::ranges::any_of(indexes_, [&](const Index& index) {
    const bool was_there = at <= index.seen_at + limits::mongo_deletions_window;
    return was_there && (!index.is_of_timestamp || said + index.after <= at + limits::mongo_deletions_window);
  });
}

void TtlIndexes::look(Client& client, SteadyTime now) {
  if (now - looked_at_ < limits::mongo_ttl_look_interval) return;
  looked_at_ = now;
  [[maybe_unused]] const auto done = read(client);  // an outage ends the stream, and its events come again
}

Outcome<void> TtlIndexes::read(Client& client) {
  Document command;
  command.text("listIndexes", collection::chat);
  const auto answer = client.command(command);
  if (!answer && answer.error().code == code_no_collection) return {};
  if (!answer) return std::unexpected(answer.error());
  const Fields fields(*answer);
  read_at_ = fields.cluster_time("operationTime").value_or(read_at_);
  const auto cursor = fields.document("cursor");
  if (!cursor) return {};
  for (const Fields& index : cursor->documents("firstBatch")) {
    const auto seconds = index.integer("expireAfterSeconds");
    if (!seconds) continue;
    const auto keys = index.document("key");
    remember({std::string(index.text("name").value_or(std::string_view())), keys && keys->has("timestamp"), std::chrono::seconds(*seconds),
              read_at_});
  }
  return {};
}

void TtlIndexes::remember(Index index) {
  const auto is_same = [&](const Index& other) {
    return other.name == index.name && other.is_of_timestamp == index.is_of_timestamp && other.after == index.after;
  };
  std::erase_if(indexes_, is_same);
  indexes_.push_back(std::move(index));
  if (indexes_.size() > limits::mongo_ttl_indexes_max) indexes_.erase(indexes_.begin());
}

}  // namespace parley::store::mongo
