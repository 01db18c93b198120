#include "store/mongo/mirror_all.hpp"

#include <limits>

#include "store/mongo/mirror/mirror_writer.hpp"
#include "store/mongo/schema.hpp"

namespace parley::store::mongo {

namespace {

constexpr std::string_view app_name = "parley-mirror";  // the name that the database shows for this connection

}  // namespace

Result<MirrorReport> mirror_all(const MongoConfig& config, const MongoDependencies& dependencies,
                                const std::function<void(const MirrorReport& so_far)>& progress) {
  auto clients = ClientPool::make(config.uri, app_name, 1);
  if (!clients) return std::unexpected(clients.error());
  if (const auto topology = prepare_database(**clients, config, app_name, dependencies.logs); !topology)
    return std::unexpected(topology.error());
  StoreState state(dependencies.logs);
  MirrorWriter writer(state, dependencies.logs);
  Client client = (*clients)->take();
  std::int64_t at = 0;
  for (;;) {
    const auto more = writer.range(client, at, std::numeric_limits<std::int64_t>::max());
    if (!more) return std::unexpected(more.error());
    const MirrorReport report{writer.mirrored(), state.health().mirror_refused};
    if (!*more) return report;
    progress(report);
  }
}

}  // namespace parley::store::mongo
