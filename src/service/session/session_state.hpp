// One loaded session: its committed state, the members of its room, and its steps.
//
// Owner: the session's thread. Loaded by one read job (load.hpp). Unloaded when it is least recently used, has no members and has no work
// in progress.
#pragma once

#include <cstdint>
#include <limits>
#include <list>
#include <memory>
#include <vector>

#include "base/clock.hpp"
#include "domain/chain.hpp"
#include "domain/session.hpp"
#include "domain/views.hpp"
#include "service/memory/key_index.hpp"
#include "service/memory/text_tail.hpp"
#include "service/session/step_runner.hpp"
#include "service/shared/connection.hpp"

namespace parley::service {

/// One connection in a room.
struct Member {
  static constexpr std::uint32_t still_reading = std::numeric_limits<std::uint32_t>::max();

  ConnectionPtr connection;
  /// The member receives log events of entries after this one. A resuming member is `still_reading` until the answer that reaches the end,
  /// and then receives the entries after that answer: no gap, no repeat, nothing buffered (resume.hpp).
  std::uint32_t hears_after = 0;
  RoomPlacePtr place;
};

struct SessionState {
  SessionState(SessionShard& shard, LoadedSession loaded);
  SessionState(const SessionState&) = delete;
  SessionState& operator=(const SessionState&) = delete;

  std::shared_ptr<const domain::SessionRow> row;
  domain::Head head;
  TextTail texts;
  KeyIndex keys;                    // in-flight ones too
  std::uint32_t emitted_seq = 0;    // of the last entry that the room received; 0: not known
  std::vector<domain::User> users;  // of the participants, as they were when loaded
  std::vector<Member> members;      // the room
  StepRunner steps;
  std::list<SessionId>::iterator recency;
  std::size_t weight_counted = 0;  // part of `weight` that the shard has counted
  bool older_keys_on_their_way = false;
  SteadyTime looked_at{};  // when the session last held all writes of other software for certain

  [[nodiscard]] const SessionId& id() const { return row->id; }
  /// Approximate bytes in memory of this session's texts and keys.
  [[nodiscard]] std::size_t weight() const;
  /// Null: that connection is not in the room.
  [[nodiscard]] Member* member(std::uint64_t connection);
  /// Replaces all committed state; members stay.
  void adopt(LoadedSession loaded);
  /// Replaces the row by that of a committed entry of any writer. The places of the room learn whether the session has ended before
  /// anything else does.
  void take_row(std::shared_ptr<const domain::SessionRow> committed);
  /// Makes a committed entry part of the session. Returns the text of the entry, or null.
  const StoredText* apply(domain::Entry entry);
};

/// The row after an entry that another node wrote; null: unchanged.
[[nodiscard]] std::shared_ptr<const domain::SessionRow> row_after(const domain::SessionRow& row, const domain::Entry& entry);

}  // namespace parley::service
