// The writers: each takes one group of many sessions, writes them as one unordered bulk, and tells the outcomes. Several bulks are on
// their way at one time, never two for one session.
//
// Unknown   What got no answer is written again, the very same documents, until it is there, something else is in its place, or the
//           deadline has passed. It is never looked for instead: what is not there yet may still arrive.
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
#include "store/mongo/client.hpp"
#include "store/mongo/lanes.hpp"
#include "store/mongo/mongo_config.hpp"
#include "store/mongo/settled_places.hpp"

namespace parley::store::mongo {

class Committer {
 public:
  struct Surroundings {
    ClientPool& clients;
    StoreState& state;
    const Clock& clock;
    Lanes& lanes;
    SettledPlaces& places;
    LoopPorts& ports;
    const MongoConfig& config;
    std::function<void(const SessionId&)> look = [](const SessionId&) {};  // CommitRound::Context
  };
  explicit Committer(Surroundings surroundings);
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  void append(EventLoop& loop, Append append);
  /// Writes what waits, each until its deadline, and ends the threads.
  void stop();

 private:
  void serve();
  [[nodiscard]] std::optional<Error> enqueue(PreparedAppend& prepared);

  const Surroundings surroundings_;
  std::vector<std::thread> threads_;
};

}  // namespace parley::store::mongo
