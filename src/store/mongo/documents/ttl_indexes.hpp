// Finds deletions that a TTL index of `chatmessages` explains: the index
// exists, or existed when the deletion happened. Owner: one thread; blocking.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "store/mongo/driver/client.hpp"

namespace parley::store::mongo {

class TtlIndexes {
 public:
  /// Whether such an index may have removed a message with the `timestamp` `said`, at the
  /// time `at` of the database's clock. The effect of an index over another field cannot
  /// be computed, so it explains every deletion. Errors: the database did not answer.
  [[nodiscard]] Outcome<bool> explain(Client& client, Timestamp said, Timestamp at);
  /// Reads the indexes, at most once per limits::mongo_ttl_look_interval. So an index that is dropped later is remembered.
  void look(Client& client, SteadyTime now);

 private:
  struct Index {
    std::string name;
    bool is_of_timestamp = false;
    std::chrono::seconds after{};
    Timestamp seen_at{};  // the latest time; of the database's clock, whole seconds
  };
  [[nodiscard]] Outcome<void> read(Client& client);
  void remember(Index index);

  std::vector<Index> indexes_;  // the oldest first; at most limits::mongo_ttl_indexes_max
  Timestamp read_at_{};         // of the database's clock
  SteadyTime looked_at_{};
};

}  // namespace parley::store::mongo
