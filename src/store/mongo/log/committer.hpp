// The writers. Each takes one group of appends for each of many sessions, writes them as one unordered
// bulk, and publishes the outcomes. Several bulks run at the same time, but never two for one session.
//
// Unknown   A write without an answer is repeated with the same documents until they are stored, another document is in the place,
//           or the deadline has passed. The writer never searches for the document instead: a missing document may still arrive.
// Threads   `append`: the loop's. The writers are the engine's own.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "store/common/loop_ports.hpp"
#include "store/common/store_state.hpp"
#include "store/mongo/driver/client.hpp"
#include "store/mongo/driver/mongo_config.hpp"
#include "store/mongo/log/lanes.hpp"
#include "store/mongo/log/settled_places.hpp"

namespace parley::store::mongo {

class Committer {
 public:
  struct Dependencies {
    ClientPool& clients;
    StoreState& state;
    const Clock& clock;
    Lanes& lanes;
    SettledPlaces& places;
    LoopPorts& ports;
    const MongoConfig& config;
    std::function<void(const SessionId&)> look = [](const SessionId&) {};  // see CommitRound::Context
  };
  explicit Committer(Dependencies deps);
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  void append(EventLoop& loop, Append append);
  /// Writes the waiting appends, each until its deadline, and ends the threads.
  void stop();

 private:
  void serve();
  [[nodiscard]] std::optional<Error> enqueue(PreparedAppend& prepared);

  const Dependencies deps_;
  std::vector<std::thread> threads_;
};

}  // namespace parley::store::mongo
