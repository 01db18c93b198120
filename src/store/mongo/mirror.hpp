// Keeps `chatmessages`, `audits` and `sessions` as the log says, for the software that reads them. A thread of its own, behind the log and
// never in its way: what is not mirrored yet is read from the log by everyone who asks Parley.
//
// Again     Mirroring an entry twice is mirroring it once (mirror_writer.hpp). Each node mirrors what it wrote, in the order of its places,
//           and notes in `parleynodes` how far it is; after a kill it goes on there, by the next start of any node.
// In doubt  A document whose write was given up may still arrive, behind where the mirror is: it is looked for until it cannot
//           (limits::mongo_stray_write_life), and the noted place stays before it so long. The loops are told of one that did.
// Threads   Its own; the counts any.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/limits.hpp"
#include "base/log_sink.hpp"
#include "store/common/loop_ports.hpp"
#include "store/common/store_state.hpp"
#include "store/mongo/client.hpp"
#include "store/mongo/mirror_writer.hpp"
#include "store/mongo/settled_places.hpp"

namespace parley::store::mongo {

class Mirror {
 public:
  struct Surroundings {
    ClientPool& clients;
    StoreState& state;
    SettledPlaces& places;
    LoopPorts& ports;
    const Clock& clock;
    LogSink& logs;
    MirrorWriter::Look look = [](const SessionId&) {};              // other software has written to its document
    std::function<bool()> may_mirror_others = [] { return true; };  // else later: what other software deleted would come back
  };
  /// `node`: the place that this process began with; its document is in `parleynodes`.
  Mirror(Surroundings surroundings, std::int64_t node);
  ~Mirror();
  Mirror(const Mirror&) = delete;
  Mirror& operator=(const Mirror&) = delete;

  /// Mirrors what is settled, if the database can be reached, notes how far that is, and ends the thread.
  void stop();
  /// How many documents of this process are settled and not mirrored. Threads: any.
  [[nodiscard]] std::uint64_t behind() const { return surroundings_.places.settled_behind(at_.load(std::memory_order_relaxed)); }

 private:
  /// A node and up to where it is mirrored.
  struct Node {
    std::int64_t id = 0;
    std::int64_t at = 0;
  };

  void run();
  /// Whether there is more at once.
  [[nodiscard]] Result<bool> mirror_own(Client& client, bool last);
  [[nodiscard]] Result<void> look_for_strays(Client& client);
  void look_at_others(Client& client);
  [[nodiscard]] Result<void> note(Client& client, const Node& node);
  [[nodiscard]] Result<void> forget(Client& client, const Node& node);

  const Surroundings surroundings_;
  MirrorWriter writer_;                                   // Owner: the thread
  Node own_;                                              // Owner: the thread
  std::optional<SteadyTime> noted_at_;                    // Owner: the thread
  std::optional<SteadyTime> looked_at_;                   // Owner: the thread
  std::vector<SessionNumber> arrived_;                    // Owner: the thread. Not announced yet
  std::unordered_map<std::int64_t, std::int64_t> ahead_;  // Owner: the thread. Of nodes whose strays may still arrive
  std::atomic<std::int64_t> at_;                          // that of own_
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace parley::store::mongo
