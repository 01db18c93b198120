// Keeps `chatmessages`, `audits` and `sessions` in step with the log, for other software that reads them. The mirror has its own
// thread, follows the log and never delays it. Parley itself reads the log, so its clients also see entries that are not mirrored yet.
//
// Again     Mirroring an entry twice has the same result as once (mirror_writer.hpp). Each node mirrors its own writes in the order
//           of their places and saves its progress in `parleynodes`. After a kill, the next start of any node continues there.
// In doubt  A document whose write was given up may still arrive at a place that the mirror has passed. The mirror searches for it
//           until limits::mongo_stray_write_life is over; the saved place stays before it. The loops are informed if it arrives.
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
#include "store/mongo/driver/client.hpp"
#include "store/mongo/log/settled_places.hpp"
#include "store/mongo/mirror/mirror_writer.hpp"

namespace parley::store::mongo {

class Mirror {
 public:
  struct Dependencies {
    ClientPool& clients;
    StoreState& state;
    SettledPlaces& places;
    LoopPorts& ports;
    const Clock& clock;
    LogSink& logs;
    MirrorWriter::Look look = [](const SessionId&) {};              // other software has written to its document
    std::function<bool()> may_mirror_others = [] { return true; };  // false: later, or foreign deletions would be undone
  };
  /// `node`: the place where this process began; its document is in `parleynodes`.
  Mirror(Dependencies deps, std::int64_t node);
  ~Mirror();
  Mirror(const Mirror&) = delete;
  Mirror& operator=(const Mirror&) = delete;

  /// Mirrors everything settled if the database can be reached, saves the progress and ends the thread.
  void stop();
  /// The number of settled documents of this process that are not mirrored yet. Threads: any.
  [[nodiscard]] std::uint64_t behind() const { return deps_.places.settled_behind(at_.load(std::memory_order_relaxed)); }

 private:
  /// A node and its mirrored place.
  struct Node {
    std::int64_t id = 0;
    std::int64_t at = 0;
  };

  void run();
  /// True if there is more to do at once.
  [[nodiscard]] Result<bool> mirror_own(Client& client, bool last);
  [[nodiscard]] Result<void> look_for_strays(Client& client);
  void look_at_others(Client& client);
  [[nodiscard]] Result<void> note(Client& client, const Node& node);
  [[nodiscard]] Result<void> forget(Client& client, const Node& node);

  const Dependencies deps_;
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
