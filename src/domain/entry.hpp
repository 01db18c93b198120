// An entry is one record of a session's log, in three parts. Every store keeps core and body as exact bytes and never re-encodes them. The
// checksum covers the trailer; the digest does not. Grammar and test vectors: docs/formats/entry.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/containers/inline_vector.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "domain/position.hpp"
#include "domain/role.hpp"

namespace parley::domain {

inline constexpr std::uint8_t entry_version = 2;

/// Unknown kinds are kept and skipped, so that servers of two versions can run during an upgrade.
enum class EntryKind : std::uint8_t {
  created = 1,
  participant = 2,  // added, removed, first join
  text = 3,
  deleted = 4,
  erased = 5,
  hold = 6,
  released = 7,
  ended = 8,
  adopted = 9,  // first entry of an adoption
  reopened = 10,
};

/// `created`, `participant`, …; `unknown` for a kind from a later version.
[[nodiscard]] std::string_view name_of(EntryKind kind);

enum class MessageType : std::uint8_t { text = 1, system = 2 };
[[nodiscard]] std::optional<MessageType> parse_message_type(std::string_view name);
[[nodiscard]] std::string_view name_of(MessageType type);

/// Bits of Core::flags.
inline constexpr std::uint8_t flag_late = 1;     // arrived after peers had already shared it
inline constexpr std::uint8_t flag_adopted = 2;  // comes from an earlier server and keeps its own id

/// Facts that must survive erasure. Sorted by type, each type at most once. Unknown types are kept and skipped.
enum class ExtensionType : std::uint16_t {
  target_seq = 1,     // deleted, erased: u32 big-endian
  target_id = 2,      // deleted: 12 bytes, the id of the message
  session_row = 3,    // created: the directory row without its secret, because cores leave the server (domain/created.hpp)
  participant = 4,    // participant: change (1 added, 2 removed, 3 first join), then user id and role with their lengths
  original_time = 5,  // adopted text: milliseconds, i64 big-endian
  adopted_id = 6,     // adopted text: 12 bytes, its own id
  // Reserved. docs/formats/entry.md has their grammar. This version keeps and skips them.
  send_id = 7,      // text: 16 bytes that identify one send on every server
  signing_key = 8,  // participant: a public key
  signature = 9,    // late text: made by its author with the signing key
};
struct Extension {
  ExtensionType type;
  Bytes value;

  friend bool operator==(const Extension&, const Extension&) = default;
};

struct Core {
  std::uint8_t version = entry_version;
  EntryKind kind = EntryKind::text;
  std::uint8_t flags = 0;
  std::uint32_t seq = 0;
  ObjectId id;
  Timestamp timestamp{};
  UserId sender;          // empty: the server itself
  Role sender_role;       // empty: the server itself
  Key16 key{};            // zero: sent without clientMessageId
  Digest32 commitment{};  // HMAC-SHA-256(salt, rest of the body)
  std::vector<Extension> extensions;

  [[nodiscard]] const Bytes* extension(ExtensionType type) const;
  friend bool operator==(const Core&, const Core&) = default;
};

/// Attributes of a body, by name: `late`, `sharedAt`, `reportedBy`; for `deleted` and holds `reason`, `email`, `address`, `userAgent`.
struct Attribute {
  std::string name;  // 1–32 bytes
  std::string value;

  friend bool operator==(const Attribute&, const Attribute&) = default;
};

struct Body {
  Secret32 salt{};
  MessageType message_type = MessageType::text;
  std::string text;
  std::string client_message_id;
  std::vector<Attribute> attributes;

  [[nodiscard]] const std::string* attribute(std::string_view name) const;
  friend bool operator==(const Body&, const Body&) = default;
};

struct RoleCounter {
  Role role;
  std::uint64_t live_texts = 0;
  std::uint64_t live_code_points = 0;

  friend bool operator==(const RoleCounter&, const RoleCounter&) = default;
};

/// Running counters after an entry. The last entry of a log has them all, so statistics and totals are O(1).
struct Counters {
  std::uint32_t texts_ever = 0;
  std::uint32_t deletions = 0;
  std::optional<Timestamp> first_live_text;
  std::optional<Timestamp> last_live_text;
  InlineVector<RoleCounter, 4> roles;  // in order of first appearance

  [[nodiscard]] std::uint32_t live_texts() const { return texts_ever - deletions; }
  friend bool operator==(const Counters&, const Counters&) = default;
};

struct Trailer {
  Digest32 digest{};
  Counters counters;
  std::uint8_t key_id = 0;  // encryption; 0: plain

  friend bool operator==(const Trailer&, const Trailer&) = default;
};

/// An entry as stored: one record. `body` is empty once it is erased.
struct EncodedEntry {
  std::uint32_t seq = 0;
  Bytes core;
  Bytes body;
  Bytes trailer;

  [[nodiscard]] std::size_t size_bytes() const { return core.size() + body.size() + trailer.size(); }
  friend bool operator==(const EncodedEntry&, const EncodedEntry&) = default;
};

/// An entry after decoding.
struct Entry {
  Core core;
  std::optional<Body> body;  // nothing: erased
  Trailer trailer;

  [[nodiscard]] Position position() const { return Position::at(core.seq, trailer.digest); }
};

/// Errors of every decoder: log_corrupt. `detail` has the offset (bytes) and the expected content. Input is accepted whole or not at all.
/// An encoder may write into memory that is no longer needed: `memory`.
[[nodiscard]] Bytes encode_core(const Core& core, Bytes memory = {});
[[nodiscard]] Result<Core> decode_core(BytesView bytes);
[[nodiscard]] Bytes encode_body(const Body& body, Bytes memory = {});
[[nodiscard]] Result<Body> decode_body(BytesView bytes);
/// The checksum in the trailer covers core, body and trailer, so encode the trailer last.
[[nodiscard]] Bytes encode_trailer(const Trailer& trailer, BytesView core, BytesView body, Bytes memory = {});
[[nodiscard]] Result<Trailer> decode_trailer(BytesView bytes, BytesView core, BytesView body);
/// Checks only the trailer's checksum. A reader of many entries does this before it passes the bytes on.
[[nodiscard]] Result<void> verify_checksum(const EncodedEntry& entry);
/// HMAC-SHA-256(salt, rest of the body). `body` is encoded and contains at least the salt.
[[nodiscard]] Digest32 commitment_of(BytesView body);
/// Decodes the three parts and checks seq, checksum and commitment. Does not check the chain, which needs the previous entry.
[[nodiscard]] Result<Entry> decode_entry(const EncodedEntry& encoded);
/// The entry without its body: same core, digest and counters, new checksum. The chain still verifies. An entry whose body is already empty
/// is returned unchanged.
[[nodiscard]] Result<EncodedEntry> emptied(const EncodedEntry& entry);

/// One record for stores that keep bytes: lengths of core and body, then the three parts (docs/formats/entry.md, "Record").
[[nodiscard]] Bytes encode_record(const EncodedEntry& entry);
/// The version of the record's entry, even if this build cannot read that version. Nothing if the record is too short.
[[nodiscard]] std::optional<std::uint8_t> entry_version_of(BytesView record);
/// Checks the checksum and that the core has this `seq`. Decodes nothing else.
[[nodiscard]] Result<EncodedEntry> decode_record(std::uint32_t seq, BytesView record);

/// The id of the entry at `seq`: time (seconds, 4) ‖ session number (5) ‖ seq (3), big-endian. It is a valid ObjectId, increases inside a
/// session and gives the entry's place.
[[nodiscard]] ObjectId make_entry_id(Timestamp time, SessionNumber session, std::uint32_t seq);
struct EntryAddress {
  SessionNumber session;
  std::uint32_t seq = 0;
};
[[nodiscard]] EntryAddress address_of(const ObjectId& entry_id);

/// HMAC-SHA-256(session secret, length of sender ‖ sender ‖ clientMessageId), first 16 bytes; zero if `client_message_id` is empty. Without
/// the length, user `a` with `bX` and user `ab` with `X` would share a key.
[[nodiscard]] Key16 idempotency_key(const Secret32& session_secret, const UserId& sender, std::string_view client_message_id);

}  // namespace parley::domain
