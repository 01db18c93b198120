// Finds messages that are in the log but no longer in `chatmessages`, for `parley adopt --deletions`. Other software deleted them
// unnoticed, or they were trimmed, or a restore lacks them: only the operator knows. Blocking; servers may run at the same time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "store/mongo/driver/mongo_config.hpp"
#include "store/mongo/mongo_store.hpp"

namespace parley::store::mongo {

struct MissingText {
  SessionId session;
  ObjectId id;  // of its document
  std::uint32_t seq = 0;
  Timestamp time{};
};

struct MissingReport {
  std::size_t sessions = 0;  // that were read
  std::size_t texts = 0;     // their live texts
  std::size_t missing = 0;
  std::size_t waiting = 0;  // missing but not mirrored yet: not reported
  std::size_t deleted = 0;  // by this run, in the log
};

/// Called on the caller's thread.
struct MissingListener {
  std::function<void(const MissingReport& so_far)> progress;  // now and then
  std::function<void(const MissingText& text)> missing;
};

enum class WithMissing : std::uint8_t { list, apply };

/// A text that is not mirrored yet does not count as missing. Errors: those of opening
/// the store; store_failed: the work so far is kept, and another call continues.
[[nodiscard]] Result<MissingReport> find_missing_texts(const MongoConfig& config, MongoDependencies dependencies, WithMissing what,
                                                       const MissingListener& listener);

}  // namespace parley::store::mongo
