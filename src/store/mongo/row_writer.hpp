// Writes rows that belong to no log: signalling records (not awaited) and signed-out tokens (awaited). Every second the
// same thread checks that the database answers and has free space; during an outage also whether it accepts a write.
//
// Bounds   limits::signalling_queue_max and signalling_queue_bytes_max; beyond these a
//          record is dropped and counted. limits::revocations_queue_max; beyond: overloaded.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/event_loop.hpp"
#include "domain/revocation.hpp"
#include "store/clock_record.hpp"
#include "store/common/store_state.hpp"
#include "store/mongo/driver/client.hpp"
#include "store/mongo/driver/mongo_config.hpp"
#include "store/signalling_record.hpp"

namespace parley::store::mongo {

class RowWriter {
 public:
  RowWriter(ClientPool& clients, StoreState& state, const Clock& clock, const MongoConfig& config);
  ~RowWriter();
  RowWriter(const RowWriter&) = delete;
  RowWriter& operator=(const RowWriter&) = delete;

  /// Threads: any; never blocks.
  void record(SignallingMessage message);
  void note_clock(ClockLook look);
  /// SignallingRecord::newest. Blocking.
  [[nodiscard]] Result<SignallingPage> newest(Client& client, SessionNumber session, const SessionId& session_id,
                                              const SignallingRange& range) const;
  void revoke(EventLoop& loop, domain::Revocation revocation, std::move_only_function<void(Result<void>)> done);
  /// Writes the waiting rows once more and ends the thread.
  void stop();

 private:
  struct WaitingRevocation {
    EventLoop* loop;
    domain::Revocation revocation;
    std::move_only_function<void(Result<void>)> done;
    SteadyTime deadline;
  };
  void run();
  void write_signalling(Client& client);
  void write_clock_look(Client& client);
  void write_revocations(Client& client);
  [[nodiscard]] Result<void> write(Client& client, const std::vector<WaitingRevocation>& revocations) const;
  void watch(Client& client);
  void look_at_room(Client& client);
  void try_to_write(Client& client);

  ClientPool& clients_;
  StoreState& state_;
  const Clock& clock_;
  const MongoConfig& config_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<SignallingMessage> signalling_;    // guarded by mutex_
  std::size_t signalling_bytes_ = 0;            // guarded by mutex_
  std::vector<WaitingRevocation> revocations_;  // guarded by mutex_
  std::optional<ClockLook> clock_look_;         // guarded by mutex_: not yet written
  bool stopping_ = false;                       // guarded by mutex_
  std::vector<WaitingRevocation> in_doubt_;     // Owner: the thread. To be written again
  std::optional<SteadyTime> watched_at_;        // Owner: the thread
  std::thread thread_;
};

[[nodiscard]] Result<std::optional<ClockLook>> read_clock_look(Client& client);
/// All revocations that the TTL index has not removed. Blocking.
[[nodiscard]] Result<std::vector<domain::Revocation>> read_revocations(Client& client);

}  // namespace parley::store::mongo
