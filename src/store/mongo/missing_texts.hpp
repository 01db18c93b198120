// Messages that the log holds and `chatmessages` no longer does, for `parley adopt --deletions`: somebody deleted them while nobody
// listened, or they were trimmed, or are missing from a restore. Only people know which. Blocking; servers may run beside it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "store/mongo/mongo_config.hpp"
#include "store/mongo/mongo_store.hpp"

namespace parley::store::mongo {

struct MissingText {
  SessionId session;
  ObjectId id;  // of its document
  std::uint32_t seq = 0;
  Timestamp time{};
};

struct MissingReport {
  std::size_t sessions = 0;  // looked at
  std::size_t texts = 0;     // live ones, of these
  std::size_t missing = 0;
  std::size_t waiting = 0;  // not there and not mirrored yet: nothing is said of them
  std::size_t deleted = 0;  // now, in the log
};

/// Called on the caller's thread.
struct MissingListener {
  std::function<void(const MissingReport& so_far)> progress;  // now and then
  std::function<void(const MissingText& text)> missing;
};

enum class WithMissing : std::uint8_t { list, apply };

/// A text that is not mirrored yet is not missing. Errors: those of opening the store; store_failed: everything before it is done, and
/// calling again goes on.
[[nodiscard]] Result<MissingReport> find_missing_texts(const MongoConfig& config, MongoDependencies dependencies, WithMissing what,
                                                       const MissingListener& listener);

}  // namespace parley::store::mongo
