// Which deletions a TTL index of `chatmessages` explains: the index is there, or it was there when the deletion happened. Owner: one
// thread; blocking.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "store/mongo/client.hpp"

namespace parley::store::mongo {

class TtlIndexes {
 public:
  /// Whether such an index may have removed, at the time `at` of the database's clock, a message whose `timestamp` was `said`. Of an index
  /// over another field nothing is known of when it takes which message, so it explains every deletion. Errors: the database could not be
  /// asked.
  [[nodiscard]] Outcome<bool> explain(Client& client, Timestamp said, Timestamp at);
  /// Reads the indexes, unless that was done within limits::mongo_ttl_look_interval: what is dropped later is remembered.
  void look(Client& client, SteadyTime now);

 private:
  struct Index {
    std::string name;
    bool is_of_timestamp = false;
    std::chrono::seconds after{};
    Timestamp seen_at{};  // the last time; of the database's clock, whole seconds
  };
  [[nodiscard]] Outcome<void> read(Client& client);
  void remember(Index index);

  std::vector<Index> indexes_;  // the oldest first; at most limits::mongo_ttl_indexes_max
  Timestamp read_at_{};         // of the database's clock
  SteadyTime looked_at_{};
};

}  // namespace parley::store::mongo
