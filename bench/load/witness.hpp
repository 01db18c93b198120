// Compares the messages that members of a session received with those that the session has stored. Judges every benchmark run: a figure
// counts only if its verdict is clean. Pure; the workloads collect the evidence.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "load/message_text.hpp"

namespace parley::bench {

/// One message as received or stored. `text_true`: the text matches its key.
struct Sighting {
  ObjectId id;
  MessageKey key;
  bool text_true = true;
};

/// Both are the same message, each with the text that its key stands for.
[[nodiscard]] inline bool are_same_and_true(const Sighting& one, const Sighting& other) {
  return one.id == other.id && one.key == other.key && one.text_true && other.text_true;
}

/// The events of one session. Senders are numbered from `first_sender`. `acknowledged[i][n]` is the id in the ack of message n of sender
/// `first_sender + i`; nothing if there was no ack.
struct SessionEvidence {
  std::uint32_t first_sender = 0;
  std::vector<std::vector<std::optional<ObjectId>>> acknowledged;
  std::vector<Sighting> stored;              // in stored order
  std::vector<std::vector<Sighting>> heard;  // for each member, in the order received
};

struct Verdict {
  std::uint64_t stored = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t heard = 0;
  std::uint64_t lost = 0;       // acknowledged and not stored
  std::uint64_t unheard = 0;    // stored but not received, for each member that should have received it
  std::uint64_t doubled = 0;    // stored, or received by one member, more than once
  std::uint64_t reordered = 0;  // received, or stored for one sender, after a message that comes later
  std::uint64_t foreign = 0;    // received but not stored, stored but never sent, or with an id other than acknowledged or stored
  std::uint64_t altered = 0;    // with another text than was sent

  [[nodiscard]] bool clean() const { return lost + unheard + doubled + reordered + foreign + altered == 0; }
  void add(const Verdict& other);
  /// `0 lost, 0 unheard, 0 doubled, 0 reordered, 0 foreign, 0 altered`
  [[nodiscard]] std::string to_string() const;
};

[[nodiscard]] Verdict judge(const SessionEvidence& evidence);

}  // namespace parley::bench
