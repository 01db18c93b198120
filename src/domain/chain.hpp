// The hash chain: digest_0 = SHA-256("parley2" ‖ length of the session id ‖ session id), digest_n = SHA-256(digest_{n-1} ‖ core_n).
#pragma once

#include "base/entropy.hpp"
#include "domain/entry.hpp"

namespace parley::domain {

/// The end of a log: everything needed to append the next entry. The core and the trailer of the last entry contain it.
struct Head {
  std::uint32_t seq = 0;
  Digest32 digest{};
  Timestamp timestamp{};
  Counters counters;

  [[nodiscard]] Position position() const { return Position::at(seq, digest); }
  friend bool operator==(const Head&, const Head&) = default;
};

/// The head of the empty log.
[[nodiscard]] Head genesis(const SessionId& session);
/// The head after `entry`.
[[nodiscard]] Head head_after(const Entry& entry);
[[nodiscard]] Digest32 next_digest(const Digest32& previous, BytesView core);

/// The changes of a deletion to the counters.
struct Deletion {
  Role sender_role;
  std::uint64_t code_points = 0;
  std::optional<Timestamp> first_live_text;  // after the deletion
  std::optional<Timestamp> last_live_text;   // after the deletion
};

/// An entry to append, before it has a place in the log.
struct Draft {
  EntryKind kind = EntryKind::text;
  Timestamp time{};
  std::uint8_t flags = 0;
  UserId sender;
  Role sender_role;
  Key16 key{};
  std::vector<Extension> extensions;
  MessageType message_type = MessageType::text;
  std::string text;
  std::string client_message_id;
  std::vector<Attribute> attributes;
  std::optional<Deletion> deletion;  // required for kind deleted, forbidden for other kinds
  EncodedEntry memory;               // of an entry that is no longer needed: the new one is encoded into it
};

struct Chained {
  Entry entry;
  EncodedEntry encoded;
};

/// Gives the draft its place after `head` and moves `head` there: seq + 1, timestamp max(draft's, head's), id, salt, commitment, digest
/// and counters.
[[nodiscard]] Chained chain(Head& head, SessionNumber session, Draft draft, Entropy& entropy);

/// Checks that `entry` follows `previous`: seq without a gap, time not decreasing, digest. Error log_corrupt names the seq.
[[nodiscard]] Result<void> verify_link(const Head& previous, const EncodedEntry& entry);

}  // namespace parley::domain
