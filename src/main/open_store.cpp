#include "main/open_store.hpp"

#include <utility>

#include "main/private_files.hpp"
#include "store/embedded/embedded_store.hpp"
#include "store/mongo/driver/client.hpp"
#include "store/mongo/mongo_store.hpp"

namespace parley::main {

namespace {

template <typename Engine>
class Opened final : public OpenStore {
 public:
  explicit Opened(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}

  store::Store& ports() override { return *engine_; }
  store::StoreHealth health() const override { return engine_->health(); }
  void stop() override { engine_->stop(); }

 private:
  std::unique_ptr<Engine> engine_;
};

template <typename Engine>
Result<std::unique_ptr<OpenStore>> opened(Result<std::unique_ptr<Engine>> engine) {
  if (!engine) return std::unexpected(engine.error());
  return std::make_unique<Opened<Engine>>(*std::move(engine));
}

}  // namespace

Result<std::unique_ptr<OpenStore>> open_store(const config::Settings& settings, const Clock& clock, LogSink& logs) {
  if (settings.uses_mongo()) return opened(store::mongo::MongoStore::open(settings.mongo, {clock, logs, settings.service.roles}));
  if (const auto made = make_data_folder(settings.store.directory); !made) return std::unexpected(made.error());
  return opened(store::embedded::EmbeddedStore::open(settings.store, {clock, logs}));
}

std::string place_of_store(const config::Settings& settings) {
  return settings.uses_mongo() ? store::mongo::without_credentials(settings.mongo.uri) : settings.store.directory;
}

}  // namespace parley::main
