// The store that the settings name, with either engine.
#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/log_sink.hpp"
#include "config/settings.hpp"
#include "store/common/store_health.hpp"
#include "store/store.hpp"

namespace parley::main {

class OpenStore {
 public:
  virtual ~OpenStore() = default;
  [[nodiscard]] virtual store::Store& ports() = 0;
  /// Threads: any.
  [[nodiscard]] virtual store::StoreHealth health() const = 0;
  /// Commits pending writes. Call it once, while the loops still exist.
  virtual void stop() = 0;
};

/// Blocks. Errors name what could not be opened and how to fix it.
[[nodiscard]] Result<std::unique_ptr<OpenStore>> open_store(const config::Settings& settings, const Clock& clock, LogSink& logs);
/// The place of the store, for people: a folder, or a URI without its password.
[[nodiscard]] std::string place_of_store(const config::Settings& settings);

}  // namespace parley::main
