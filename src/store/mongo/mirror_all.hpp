// Mirrors the whole log again. This restores documents of `sessions`, `chatmessages` and `audits` that were lost,
// or that were refused by a validator or index that is gone now. Blocking; servers may run at the same time.
#pragma once

#include <cstdint>
#include <functional>

#include "store/mongo/driver/mongo_config.hpp"
#include "store/mongo/mongo_store.hpp"

namespace parley::store::mongo {

struct MirrorReport {
  std::uint64_t documents = 0;  // of the log
  std::uint64_t refused = 0;    // documents that the database refused; the log gives the reasons
};

/// Reads the log in the order of its places. Calls `progress` now and then, on the
/// caller's thread. Errors: those of opening the store; store_failed: call it again.
[[nodiscard]] Result<MirrorReport> mirror_all(const MongoConfig& config, const MongoDependencies& dependencies,
                                              const std::function<void(const MirrorReport& so_far)>& progress);

}  // namespace parley::store::mongo
