// The store that the settings name, with either engine.
#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/log_sink.hpp"
#include "config/settings.hpp"
#include "store/clock_record.hpp"
#include "store/common/store_health.hpp"
#include "store/directory.hpp"
#include "store/revocation_record.hpp"
#include "store/session_log.hpp"
#include "store/signalling_record.hpp"

namespace parley::main {

class OpenStore {
 public:
  virtual ~OpenStore() = default;
  [[nodiscard]] virtual store::SessionLog& log() = 0;
  [[nodiscard]] virtual store::Directory& directory() = 0;
  [[nodiscard]] virtual store::SignallingRecord& signalling() = 0;
  [[nodiscard]] virtual store::RevocationRecord& revocations() = 0;
  [[nodiscard]] virtual store::ClockRecord& clock_record() = 0;
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
