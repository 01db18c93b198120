// Adopts whole collections, for `parley adopt`: what opening each session would do, done at once. Blocking.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "store/mongo/adoption.hpp"
#include "store/mongo/mongo_config.hpp"
#include "store/mongo/mongo_store.hpp"

namespace parley::store::mongo {

struct AdoptionReport {
  std::size_t looked_at = 0;  // sessions, whatever became of them
  std::size_t sessions = 0;   // adopted now
  std::size_t messages = 0;   // adopted now
  std::vector<LeftAlone> left_alone;
};

/// Walks `sessions` in the order of `_id`, a few at a time; what is done already is passed by. `progress` is called now and then, on the
/// caller's thread. Errors: those of opening the store; store_failed and log_corrupt of the first session that could not be adopted, and
/// everything before it is done: calling again goes on.
[[nodiscard]] Result<AdoptionReport> adopt_all(const MongoConfig& config, MongoDependencies dependencies,
                                               const std::function<void(const AdoptionReport& so_far)>& progress);

}  // namespace parley::store::mongo
