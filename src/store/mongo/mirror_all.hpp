// The whole mirror again: what was lost of `sessions`, `chatmessages` and `audits`, or was refused by a validator or an index that is gone
// now, follows from the log. Blocking; servers may run beside it.
#pragma once

#include <cstdint>
#include <functional>

#include "store/mongo/mongo_config.hpp"
#include "store/mongo/mongo_store.hpp"

namespace parley::store::mongo {

struct MirrorReport {
  std::uint64_t documents = 0;  // of the log
  std::uint64_t refused = 0;    // documents that the database did not take; the log names why
};

/// Goes through the log in the order of its places. `progress` is called now and then, on the caller's thread. Errors: those of opening the
/// store; store_failed: calling again is right.
[[nodiscard]] Result<MirrorReport> mirror_all(const MongoConfig& config, const MongoDependencies& dependencies,
                                              const std::function<void(const MirrorReport& so_far)>& progress);

}  // namespace parley::store::mongo
