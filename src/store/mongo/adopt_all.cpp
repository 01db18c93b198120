#include "store/mongo/adopt_all.hpp"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "domain/error_code.hpp"
#include "store/mongo/adoption/orphans.hpp"
#include "store/mongo/adoption/session_directory.hpp"
#include "store/mongo/documents/foreign_document.hpp"
#include "store/mongo/driver/layout.hpp"
#include "store/mongo/schema.hpp"

namespace parley::store::mongo {

namespace {

constexpr std::string_view app_name = "parley-adopt";  // the name that the database shows for these connections
constexpr std::uint32_t adoptions_at_once = 32;
constexpr std::int64_t page_max = 256;  // sessions between two calls of `progress`

/// The error concerns this session only.
bool is_of_session(const Error& error) {
  return error.code == ErrorCode::log_corrupt || error.code == ErrorCode::session_full;
}

Adoption passed_by(const Fields& session, const Error& error) {
  Adoption adoption;
  adoption.left_alone.push_back({std::string(collection::sessions), id_of(session), error.message + ": " + error.detail});
  return adoption;
}

/// The parts of a serving store, without its threads.
class Adoptions {
 public:
  Adoptions(std::unique_ptr<ClientPool> clients, const MongoConfig& config, MongoDependencies dependencies)
      : config_(config),
        logs_(dependencies.logs),
        state_(dependencies.logs),
        clients_(std::move(clients)),
        adopter_({state_, dependencies.clock, dependencies.logs, places_, std::move(dependencies.roles), std::move(dependencies.entropy)}) {
  }

  [[nodiscard]] Result<void> prepare();
  /// Sessions after `after`. Without `after`: those whose `_id` is not an ObjectId.
  [[nodiscard]] Result<std::vector<Document>> page(std::optional<ObjectId> after);
  [[nodiscard]] Result<void> adopt(const std::vector<Document>& sessions, AdoptionReport& report, std::vector<LeftAlone>& left_alone);
  [[nodiscard]] Result<void> name_orphans(const std::function<void(const std::vector<LeftAlone>&)>& take);

 private:
  const MongoConfig& config_;
  LogSink& logs_;
  StoreState state_;
  SettledPlaces places_;
  std::unique_ptr<ClientPool> clients_;
  Adopter adopter_;
  SessionDirectory directory_{*clients_, state_, adopter_};
};

Result<void> Adoptions::prepare() {
  if (const auto topology = prepare_database(*clients_, config_, app_name, logs_); !topology) return std::unexpected(topology.error());
  Client client = clients_->take();
  const auto node = draw_node_number(client, config_.uri);
  if (!node) return std::unexpected(node.error());
  places_.begin(*node);
  return {};
}

Result<std::vector<Document>> Adoptions::page(std::optional<ObjectId> after) {
  Client client = clients_->take();
  Document is_id;
  is_id.text("$type", "objectId");
  Document filter;
  if (after)
    filter.document("_id", Document().id("$gt", *after));
  else
    filter.document("_id", Document().document("$not", is_id));
  auto found = client.find(collection::sessions, filter, {.sort = &ascending_id(), .limit = page_max});
  if (!found) return std::unexpected(to_error(found.error()));
  return *std::move(found);
}

/// Many at once, because each adoption waits for the journal of the database and not for a processor core.
Result<void> Adoptions::adopt(const std::vector<Document>& sessions, AdoptionReport& report, std::vector<LeftAlone>& left_alone) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::optional<Error> failed;
  const auto work = [&] {
    Client client = clients_->take();
    for (std::size_t index = next++; index < sessions.size(); index = next++) {
      auto adoption = directory_.adopt(client, sessions[index]);
      if (!adoption && is_of_session(adoption.error())) adoption = passed_by(sessions[index], adoption.error());
      const std::lock_guard lock(mutex);
      if (!adoption && !failed) failed = std::move(adoption.error());
      if (failed) return;
      ++report.looked_at;
      if (adoption->row) ++report.in_log;
      if (adoption->is_new) ++report.sessions;
      report.messages += adoption->messages;
      std::ranges::move(adoption->left_alone, std::back_inserter(left_alone));
    }
  };
  std::vector<std::jthread> threads;
  for (std::size_t count = 0; count < adoptions_at_once; ++count) threads.emplace_back(work);
  threads.clear();
  if (failed) return std::unexpected(*std::move(failed));
  return {};
}

Result<void> Adoptions::name_orphans(const std::function<void(const std::vector<LeftAlone>&)>& take) {
  Client client = clients_->take();
  Orphans orphans(client);
  for (bool more = true; more;) {
    const auto page = orphans.next();
    if (!page) return std::unexpected(page.error());
    take(page->found);
    more = page->more;
  }
  return {};
}

}  // namespace

Result<AdoptionReport> adopt_all(const MongoConfig& config, MongoDependencies dependencies, const AdoptionListener& listener) {
  auto clients = ClientPool::make(config.uri, app_name, adoptions_at_once + 1);
  if (!clients) return std::unexpected(clients.error());
  Adoptions adoptions(*std::move(clients), config, std::move(dependencies));
  if (auto prepared = adoptions.prepare(); !prepared) return std::unexpected(prepared.error());
  AdoptionReport report;
  const auto tell = [&](const std::vector<LeftAlone>& left_alone) {
    std::ranges::for_each(left_alone, listener.left_alone);
    for (const LeftAlone& each : left_alone) report.left_alone += each.documents;
    listener.progress(report);
  };
  for (std::optional<ObjectId> after;;) {
    const auto sessions = adoptions.page(after);
    if (!sessions) return std::unexpected(sessions.error());
    if (after && sessions->empty()) break;
    std::vector<LeftAlone> left_alone;
    const auto adopted = adoptions.adopt(*sessions, report, left_alone);
    tell(left_alone);
    if (!adopted) return std::unexpected(adopted.error());
    after = after ? Fields(sessions->back()).id("_id") : ObjectId{};
  }
  if (auto named = adoptions.name_orphans(tell); !named) return std::unexpected(named.error());
  return report;
}

}  // namespace parley::store::mongo
