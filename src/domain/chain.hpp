// The hash chain: digest_0 = SHA-256("parley2" ‖ length of the session id ‖ session id), digest_n = SHA-256(digest_{n-1} ‖ core_n).
#pragma once

#include "base/entropy.hpp"
#include "domain/entry.hpp"

namespace parley::domain {

/// Where a log ends: everything needed to add the next entry. A head is what the last entry's core and trailer say.
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

/// What the rules decided to append, before it has a place.
struct Draft {
  EntryKind kind = EntryKind::text;
  std::uint8_t flags = 0;
  UserId sender;
  Role sender_role;
  Key16 key{};
  std::vector<Extension> extensions;
  MessageType message_type = MessageType::text;
  std::string text;
  std::string client_message_id;
  std::vector<Attribute> attributes;
};

/// What a deletion takes out of the counters: `deleted` drafts only.
struct Deletion {
  Role sender_role;
  std::uint64_t code_points = 0;
  std::optional<Timestamp> first_live_text;  // after it
  std::optional<Timestamp> last_live_text;   // after it
};

struct Chained {
  Entry entry;
  EncodedEntry encoded;
};

/// Gives the draft its place after `head` and moves `head` there: seq + 1, timestamp max(now, head's), id, salt, commitment,
/// digest and counters. `deletion` must be given for kind deleted, and only then.
[[nodiscard]] Chained chain(Head& head, SessionNumber session, Timestamp now, Draft draft, Entropy& entropy,
                            const std::optional<Deletion>& deletion = std::nullopt);

/// Checks that `entry` follows `previous`: dense seq, time not decreasing, digest. Error log_corrupt names the seq.
[[nodiscard]] Result<void> verify_link(const Head& previous, const EncodedEntry& entry);

}  // namespace parley::domain
