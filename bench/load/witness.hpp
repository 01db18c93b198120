// Compares what the members of a session saw with what the session has stored. The judge of every benchmark run: a figure counts
// only when its verdict is clean. Pure; collecting the evidence is the workloads' business.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "load/message_text.hpp"

namespace parley::bench {

/// One message as it was heard or stored. `text_true`: the text is the one that its key says.
struct Sighting {
  ObjectId id;
  MessageKey key;
  bool text_true = true;
};

/// What happened in one session. Senders are numbered from `first_sender`; `acknowledged[i][n]` is the id that the ack of message n
/// of sender `first_sender + i` gave, nothing while there was none.
struct SessionEvidence {
  std::uint32_t first_sender = 0;
  std::vector<std::vector<std::optional<ObjectId>>> acknowledged;
  std::vector<Sighting> stored;              // in stored order
  std::vector<std::vector<Sighting>> heard;  // for each member, in the order heard
};

struct Verdict {
  std::uint64_t stored = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t heard = 0;
  std::uint64_t lost = 0;       // acknowledged and not stored
  std::uint64_t unheard = 0;    // stored and not heard, for each member that should have
  std::uint64_t doubled = 0;    // stored, or heard by one member, more than once
  std::uint64_t reordered = 0;  // heard, or stored for one sender, behind one that comes later
  std::uint64_t foreign = 0;    // heard and not stored, stored and never sent, or under another id than acknowledged or stored
  std::uint64_t altered = 0;    // with another text than was sent

  [[nodiscard]] bool clean() const { return lost + unheard + doubled + reordered + foreign + altered == 0; }
  void add(const Verdict& other);
  /// `0 lost, 0 unheard, 0 doubled, 0 reordered, 0 foreign, 0 altered`
  [[nodiscard]] std::string to_string() const;
};

[[nodiscard]] Verdict judge(const SessionEvidence& evidence);

}  // namespace parley::bench
