// Adopts whole collections, for `parley adopt`: what opening each session would do, done at once. Blocking.
#pragma once

#include <cstddef>
#include <functional>

#include "store/mongo/adoption.hpp"
#include "store/mongo/mongo_config.hpp"
#include "store/mongo/mongo_store.hpp"

namespace parley::store::mongo {

struct AdoptionReport {
  std::size_t looked_at = 0;   // sessions, whatever became of them
  std::size_t in_log = 0;      // of these, those that are in the log now
  std::size_t sessions = 0;    // adopted now
  std::size_t messages = 0;    // adopted now
  std::size_t left_alone = 0;  // documents that were told

  /// There was something, and nothing of it could be taken: that is no success.
  [[nodiscard]] bool took_nothing() const { return left_alone > 0 && in_log == 0; }
};

/// Called on the caller's thread.
struct AdoptionListener {
  std::function<void(const AdoptionReport& so_far)> progress;  // now and then
  std::function<void(const LeftAlone& document)> left_alone;   // each when it is met, so that however many take no memory
};

/// Walks `sessions` in the order of `_id`, a few at a time; what is done already is passed by. Then it names the messages whose session is
/// not there. A session that is damaged or full is left alone. Errors: those of opening the store; store_failed of the first session that
/// could not be adopted, and everything before it is done: calling again goes on.
[[nodiscard]] Result<AdoptionReport> adopt_all(const MongoConfig& config, MongoDependencies dependencies, const AdoptionListener& listener);

}  // namespace parley::store::mongo
