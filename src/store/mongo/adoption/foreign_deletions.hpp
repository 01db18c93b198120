// The messages whose documents other software deleted: finds each in the log, waits until the guard rules that the
// deletion is isolated (deletion_guard.hpp), and deletes it in the log. Groups are reported and kept.
//
// Bounds   limits::mongo_deletions_unknown_max deletions that are not in the log yet; the guard has its own.
// Threads  One: that of ForeignWatch.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "store/common/loop_ports.hpp"
#include "store/common/store_state.hpp"
#include "store/mongo/adoption/change_event.hpp"
#include "store/mongo/adoption/deletion_guard.hpp"
#include "store/mongo/adoption/deletion_writer.hpp"
#include "store/mongo/adoption/session_directory.hpp"
#include "store/mongo/documents/ttl_indexes.hpp"
#include "store/mongo/driver/client.hpp"

namespace parley::store::mongo {

inline constexpr std::string_view how_to_apply_deletions = "`parley adopt --deletions` lists what is missing, and applies it when told to.";

/// Whether a later try would fail in the same way: damage, a full session, or a validator of the operator. Outages carry a retry time.
[[nodiscard]] bool is_final(const Error& error);

class ForeignDeletions {
 public:
  struct Dependencies {
    StoreState& state;
    LoopPorts& ports;
    const Clock& clock;
    SessionDirectory& directory;
    SettledPlaces& places;
    Entropy& entropy;
    Topology topology;
  };
  explicit ForeignDeletions(Dependencies deps);
  ForeignDeletions(const ForeignDeletions&) = delete;
  ForeignDeletions& operator=(const ForeignDeletions&) = delete;

  /// `number` counts the events of the stream.
  void take(Client& client, const ChangeEvent& event, std::uint64_t number);
  /// Searches again for the deletions whose message was not found, when it is time.
  void seek_again(Client& client);
  /// Applies or reports the deletions that the guard rules on. `seen` is the time of the events; while no event comes (`is_idle`), it
  /// advances with the clock.
  void rule(Client& client, Timestamp seen, bool is_idle);
  [[nodiscard]] bool is_finished_up_to(std::uint64_t event) const;
  /// Drops what is pending: those events come again with the next stream.
  void forget();

 private:
  /// A deletion of a message that is not in the log yet, or whose search in the log failed.
  struct Unknown {
    ObjectId message;
    Timestamp at{};           // of the event
    std::uint64_t event = 0;  // its number
    SteadyTime again_at{};
  };
  enum class Sought : std::uint8_t { done, not_in_log, not_known };

  [[nodiscard]] Sought seek(Client& client, const Unknown& deletion);
  [[nodiscard]] std::string name_of(SessionNumber session);
  void name_many();
  [[nodiscard]] bool apply(Client& client, const ForeignDeletion& deletion);

  const Dependencies deps_;
  DeletionWriter writer_;
  DeletionGuard guard_;
  TtlIndexes ttl_indexes_;
  std::uint64_t flood_ = 0;    // deletions that were not looked up, because there were too many
  std::uint64_t expired_ = 0;  // deletions explained by a TTL index, not reported yet
  std::deque<Unknown> unknown_;
  std::deque<ForeignDeletion> allowed_;  // to be written
};

}  // namespace parley::store::mongo
