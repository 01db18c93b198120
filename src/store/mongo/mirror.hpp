// Keeps `chatmessages`, `audits` and `sessions` as the log says, for the software that reads them. A thread of its own, behind the log and
// never in its way: what is not mirrored yet is read from the log by everyone who asks Parley.
//
// Again     Every document comes from an entry alone, so mirroring an entry twice is mirroring it once. Each node mirrors what it wrote, in
//           the order of its places, and notes in `parleynodes` how far it is; after a kill it goes on there, by the next start of any
//           node.
// Newest    The log is read linearizably: what a majority read of a new primary does not show yet would be passed by for good.
// In doubt  A document whose write was given up may still arrive, behind where the mirror is: it is looked for until it cannot
//           (limits::mongo_stray_write_life), and the noted place stays before it so long.
// Erased    A text that another node deletes while it is being mirrored: after the message is there its log is asked again, and what was
//           erased meanwhile is taken out.
// Threads   Its own; the counts any.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/limits.hpp"
#include "base/log_sink.hpp"
#include "store/common/store_state.hpp"
#include "store/mongo/client.hpp"
#include "store/mongo/layout.hpp"
#include "store/mongo/projection.hpp"
#include "store/mongo/recent_map.hpp"
#include "store/mongo/settled_places.hpp"

namespace parley::store::mongo {

class Mirror {
 public:
  /// `node`: the place that this process began with; its document is in `parleynodes`.
  Mirror(ClientPool& clients, StoreState& state, SettledPlaces& places, const Clock& clock, LogSink& logs, std::int64_t node);
  ~Mirror();
  Mirror(const Mirror&) = delete;
  Mirror& operator=(const Mirror&) = delete;

  /// Mirrors what is settled, if the database can be reached, notes how far that is, and ends the thread.
  void stop();
  /// How many documents of this process are settled and not mirrored. Threads: any.
  [[nodiscard]] std::uint64_t behind() const { return places_.settled_behind(at_.load(std::memory_order_relaxed)); }

 private:
  /// A node and up to where it is mirrored.
  struct Node {
    std::int64_t id = 0;
    std::int64_t at = 0;
  };
  enum class Progress : std::uint8_t { more, all, failed };

  void run();
  [[nodiscard]] Progress mirror_own(Client& client, bool last);
  [[nodiscard]] bool look_for_strays(Client& client);
  void look_at_others(Client& client);
  [[nodiscard]] Progress mirror_range(Client& client, Node& node, std::int64_t up_to);
  [[nodiscard]] bool mirror_documents(Client& client, const std::vector<Document>& documents);
  [[nodiscard]] Result<Projection> projection_of(Client& client, const std::vector<Document>& documents);
  [[nodiscard]] Result<void> write(Client& client, const Projection& projection);
  [[nodiscard]] Result<void> write_messages(Client& client, const Projection& projection);
  [[nodiscard]] Result<void> accept(const Outcome<WriteResult>& result, std::string_view collection);
  [[nodiscard]] Result<void> note(Client& client, const Node& node);
  [[nodiscard]] Result<void> forget(Client& client, const Node& node);
  [[nodiscard]] Result<std::optional<SessionId>> session_of(Client& client, SessionNumber number);

  ClientPool& clients_;
  StoreState& state_;
  SettledPlaces& places_;
  const Clock& clock_;
  LogSink& logs_;
  Node own_;                                              // Owner: the thread
  std::optional<SteadyTime> noted_at_;                    // Owner: the thread
  std::optional<SteadyTime> looked_at_;                   // Owner: the thread
  std::unordered_map<std::int64_t, std::int64_t> ahead_;  // Owner: the thread. Of nodes whose strays may still arrive
  RecentMap<SessionNumber, SessionId> sessions_{limits::mongo_session_ids_max};  // Owner: the thread
  std::atomic<std::int64_t> at_;                                                 // that of own_
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace parley::store::mongo
