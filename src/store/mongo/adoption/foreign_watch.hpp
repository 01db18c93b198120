// Notices writes of other software to the database and takes them into the log. It reads a change stream
// if the database offers one, and looks at a session whenever another part asks for it (docs/adr/0015).
//
// Hints     An event only says which document to read. The documents are read again, so an event that comes twice, late or to many nodes
//           does no harm.
// Position  Saved to `parleynodes` as soon as a stream is open, and never past an unfinished event. After a kill the next stream begins
//           there. Without a position, the thread looks at every document whose state Parley did not write, and sessions in memory are
//           doubted (`ForeignWrites::doubted_at`). The saved position also records whether this comparison is still due.
// Deletions Held back until they are known to be isolated (foreign_deletions.hpp).
// Bounds    limits::mongo_looks_waiting_max sessions, limits::mongo_stream_batch events at the server.
// Threads   Its own; `look`, `writes` and `is_caught_up` any.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "base/clock.hpp"
#include "base/limits.hpp"
#include "base/log_sink.hpp"
#include "store/common/loop_ports.hpp"
#include "store/common/store_state.hpp"
#include "store/directory.hpp"
#include "store/mongo/adoption/change_event.hpp"
#include "store/mongo/adoption/change_stream.hpp"
#include "store/mongo/adoption/foreign_deletions.hpp"
#include "store/mongo/adoption/session_directory.hpp"
#include "store/mongo/driver/client.hpp"

namespace parley::store::mongo {

class ForeignWatch {
 public:
  struct Dependencies {
    ClientPool& clients;
    StoreState& state;
    LoopPorts& ports;
    const Clock& clock;
    LogSink& logs;
    SessionDirectory& directory;
    SettledPlaces& places;
    Entropy& entropy;
  };
  explicit ForeignWatch(Dependencies deps);
  ~ForeignWatch();
  ForeignWatch(const ForeignWatch&) = delete;
  ForeignWatch& operator=(const ForeignWatch&) = delete;

  /// The session's document may hold a foreign write: the thread looks at it soon.
  void look(const SessionId& session);
  [[nodiscard]] ForeignWrites writes() const;
  /// True once everything that the stream held when this process began is in the log, or if there is no stream.
  [[nodiscard]] bool is_caught_up() const { return caught_up_.load(std::memory_order_relaxed); }
  /// Looks at the waiting sessions, saves the position and ends the thread.
  void stop();

 private:
  /// A place in the stream, and the event before it.
  struct Position {
    Document token;
    std::uint64_t event = 0;
  };

  void run();
  void rest();
  [[nodiscard]] bool is_stopping() const;
  void look_at_waiting(Client& client);
  [[nodiscard]] SessionId next_look();
  /// True if the look is finished: later looks would give the same result.
  [[nodiscard]] bool look_at(Client& client, const SessionId& session);
  void compare_all(Client& client);

  // The stream. Owner: the thread.
  void follow(Client& client);
  [[nodiscard]] bool read_events(Client& client);
  void open_stream(Client& client);
  void read_position(Client& client);
  void note_beginning(Client& client);
  void give_up_stream(const Failure& failure);
  void take(Client& client, const ChangeEvent& event);
  void look_at_document(Client& client, const ObjectId& id);
  void make_indexes(Client& client);
  void advance(Client& client);
  [[nodiscard]] bool note_position(Client& client);
  [[nodiscard]] bool is_finished_up_to(std::uint64_t event) const;

  void name_loss(const std::string& what, std::uint64_t documents);

  const Dependencies deps_;
  // The thread owns everything down to the mutex.
  ForeignDeletions deletions_;
  std::unique_ptr<ChangeStream> stream_;
  SteadyTime stream_again_at_{};
  std::string told_failure_;  // of the stream: each is logged once
  bool position_read_ = false;
  std::optional<Document> position_;   // after all finished events
  bool must_compare_ = true;           // nothing is known about the time before that position
  std::optional<Position> candidate_;  // becomes position_ once every event before it is finished
  SteadyTime noted_at_{};
  std::uint64_t events_ = 0;    // number of the newest
  Timestamp event_time_{};      // its second
  SteadyTime event_seen_at_{};  // the time when it came
  SteadyTime looks_again_at_{};

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<SessionId> waiting_;        // guarded by mutex_
  std::unordered_set<SessionId> waits_;  // guarded by mutex_; the sessions in waiting_
  bool stopping_ = false;                // guarded by mutex_
  bool compare_ = false;                 // guarded by mutex_; a look was dropped, so compare all documents
  std::atomic<bool> streams_ = false;    // a stream is open and has no gap before it
  std::atomic<bool> caught_up_ = false;
  std::atomic<SteadyTime> doubted_at_{};
  std::thread thread_;
};

}  // namespace parley::store::mongo
