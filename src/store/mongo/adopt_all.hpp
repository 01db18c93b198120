// Adopts whole collections, for `parley adopt`: the same work as opening each session, done at once. Blocking.
#pragma once

#include <cstddef>
#include <functional>

#include "store/mongo/adoption/adoption.hpp"
#include "store/mongo/driver/mongo_config.hpp"
#include "store/mongo/mongo_store.hpp"

namespace parley::store::mongo {

struct AdoptionReport {
  std::size_t looked_at = 0;   // sessions, with any result
  std::size_t in_log = 0;      // of these, the sessions that are in the log now
  std::size_t sessions = 0;    // adopted now
  std::size_t messages = 0;    // adopted now
  std::size_t left_alone = 0;  // documents that could not be adopted

  /// Documents were found and none of them was taken: the command must report a failure.
  [[nodiscard]] bool took_nothing() const { return left_alone > 0 && in_log == 0; }
};

/// Called on the caller's thread.
struct AdoptionListener {
  std::function<void(const AdoptionReport& so_far)> progress;  // now and then
  std::function<void(const LeftAlone& document)> left_alone;   // called for each as it is found, so that memory stays small
};

/// Walks `sessions` in the order of `_id`, a page at a time, and skips finished work. Then it reports the messages
/// whose session does not exist. A damaged or full session is left alone. Errors: those of opening the store;
/// store_failed of the first session that could not be adopted. All work before it is kept: call it again to continue.
[[nodiscard]] Result<AdoptionReport> adopt_all(const MongoConfig& config, MongoDependencies dependencies, const AdoptionListener& listener);

}  // namespace parley::store::mongo
