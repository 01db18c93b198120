#include "store/mongo/missing_texts.hpp"

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "domain/extensions.hpp"
#include "store/mongo/adoption/adoption.hpp"
#include "store/mongo/adoption/deletion_writer.hpp"
#include "store/mongo/log/log_view.hpp"
#include "store/mongo/log/settled_places.hpp"
#include "store/mongo/schema.hpp"

namespace parley::store::mongo {

namespace {

constexpr std::string_view app_name = "parley-adopt";  // the name that the database shows for this connection
constexpr std::string_view reason = "Missing in chatmessages: parley adopt --deletions";
constexpr std::int64_t sessions_page = 256;
constexpr std::size_t entries_page = 1024;

struct Text {
  ObjectId id;
  std::uint32_t seq = 0;
  Timestamp time{};
};

Result<std::optional<Text>> live_text(const domain::EncodedEntry& encoded) {
  if (encoded.body.empty()) return std::optional<Text>{};
  const auto core = domain::decode_core(encoded.core);
  if (!core) return std::unexpected(core.error());
  if (core->kind != domain::EntryKind::text) return std::optional<Text>{};
  return Text{domain::id_for_clients(*core).value_or(core->id), core->seq, domain::time_for_clients(*core).value_or(core->timestamp)};
}

/// A connection, and the form of the deployment that it leads to.
struct Database {
  Client& client;
  Topology topology;
};

class MissingTexts {
 public:
  MissingTexts(Database database, MongoDependencies& dependencies, WithMissing what, const MissingListener& listener)
      : client_(database.client),
        state_(dependencies.logs),
        view_(client_, state_),
        writer_({.state = state_,
                 .clock = dependencies.clock,
                 .places = places_,
                 .entropy = *dependencies.entropy,
                 .topology = database.topology}),
        what_(what),
        listener_(listener) {}

  [[nodiscard]] Result<MissingReport> run(const MongoConfig& config);

 private:
  [[nodiscard]] Result<void> look_at(const Fields& session);
  [[nodiscard]] Result<void> look_at(const SessionId& session, SessionNumber number, const std::vector<Text>& texts);
  /// The ids of these texts that `chatmessages` has.
  [[nodiscard]] Result<std::unordered_set<ObjectId>> there(const std::vector<Text>& texts);
  /// Whether the text's node, or another node for it, has mirrored this far. A node without a document has mirrored everything.
  [[nodiscard]] Result<bool> is_mirrored(SessionNumber number, std::uint32_t seq);

  Client& client_;
  StoreState state_;
  SettledPlaces places_;
  LogView view_;
  DeletionWriter writer_;
  const WithMissing what_;
  const MissingListener& listener_;
  MissingReport report_;
};

Result<MissingReport> MissingTexts::run(const MongoConfig& config) {
  const auto node = draw_node_number(client_, config.uri);
  if (!node) return std::unexpected(node.error());
  places_.begin(*node);
  for (ObjectId after;;) {
    Document filter;
    filter.document("_id", Document().id("$gt", after)).document("parley.seq", Document().boolean("$exists", true));
    const auto sessions = client_.find(collection::sessions, filter, {.sort = &ascending_id(), .limit = sessions_page});
    if (!sessions) return std::unexpected(to_error(sessions.error()));
    if (sessions->empty()) return report_;
    for (const Document& session : *sessions) {
      const auto looked = look_at(session);
      if (!looked && looked.error().code != ErrorCode::log_corrupt) return std::unexpected(looked.error());
    }
    after = Fields(sessions->back()).id("_id").value_or(ObjectId{});
    listener_.progress(report_);
  }
}

Result<void> MissingTexts::look_at(const Fields& session) {
  const auto id = SessionId::parse(session.text("sessionId").value_or(std::string_view()));
  if (!id || !Adopter::is_complete(session)) return {};
  const SessionNumber number{static_cast<std::uint64_t>(*session.document("parley")->integer("number"))};
  ++report_.sessions;
  for (std::uint32_t first = 1;;) {
    const auto entries = view_.range(number, first, entries_page);
    if (!entries) return std::unexpected(entries.error());
    std::vector<Text> texts;
    for (const domain::EncodedEntry& each : *entries) {
      const auto text = live_text(each);
      if (!text) return std::unexpected(text.error());
      if (*text) texts.push_back(**text);
    }
    if (auto looked = look_at(*id, number, texts); !looked) return looked;
    if (entries->size() < entries_page) return {};
    first = entries->back().seq + 1;
  }
}

Result<void> MissingTexts::look_at(const SessionId& session, SessionNumber number, const std::vector<Text>& texts) {
  if (texts.empty()) return {};
  const auto found = there(texts);
  if (!found) return std::unexpected(found.error());
  report_.texts += texts.size();
  for (const Text& text : texts) {
    if (found->contains(text.id)) continue;
    const auto mirrored = is_mirrored(number, text.seq);
    if (!mirrored) return std::unexpected(mirrored.error());
    ++(*mirrored ? report_.missing : report_.waiting);
    if (!*mirrored) continue;
    listener_.missing({session, text.id, text.seq, text.time});
    if (what_ == WithMissing::list) continue;
    const auto deleted = writer_.append(client_, {number, text.seq}, reason);
    if (!deleted) return std::unexpected(deleted.error());
    if (*deleted) ++report_.deleted;
  }
  return {};
}

Result<std::unordered_set<ObjectId>> MissingTexts::there(const std::vector<Text>& texts) {
  Array ids;
  for (const Text& text : texts) ids.id(text.id);
  Document any;
  any.array("$in", ids.as_document());
  Document filter;
  filter.document("_id", any);
  std::unordered_set<ObjectId> found;
  const auto read = client_.each(collection::chat, filter, {.projection = &ascending_id()}, [&](const Fields& document) {
    if (const auto id = document.id("_id")) found.insert(*id);
    return true;
  });
  if (!read) return std::unexpected(to_error(read.error()));
  return found;
}

Result<bool> MissingTexts::is_mirrored(SessionNumber number, std::uint32_t seq) {
  const auto document = view_.document_of(number, seq);
  if (!document) return std::unexpected(document.error());
  if (!*document) return false;
  const std::int64_t at = (*document)->at;
  Document filter;
  filter.int64("_id", first_place_of(at >> place_count_bits));
  const auto node = client_.find(collection::nodes, filter, {.limit = 1});
  if (!node) return std::unexpected(to_error(node.error()));
  return node->empty() || Fields(node->front()).integer("at").value_or(0) >= at;
}

}  // namespace

Result<MissingReport> find_missing_texts(const MongoConfig& config, MongoDependencies dependencies, WithMissing what,
                                         const MissingListener& listener) {
  const auto clients = ClientPool::make(config.uri, app_name, 1);
  if (!clients) return std::unexpected(clients.error());
  const auto topology = prepare_database(**clients, config, app_name, dependencies.logs);
  if (!topology) return std::unexpected(topology.error());
  Client client = (*clients)->take();
  return MissingTexts({client, *topology}, dependencies, what, listener).run(config);
}

}  // namespace parley::store::mongo
