// The column families of the embedded store and their keys: docs/formats/embedded-store.md. Numbers are
// big-endian, so keys sort like the numbers in them. Times are inverted where the newest comes first.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"

namespace parley::store::embedded {

inline constexpr std::string_view format_name = "parley-embedded 2";

enum class Family : std::uint8_t { meta, log, directory, open_sessions, keys, deleted, users, signalling };

/// By Family. RocksDB requires a family called `default`: it holds the data about the whole store.
inline constexpr std::array<std::string_view, 8> family_names = {"default", "log",     "directory", "open_sessions",
                                                                 "keys",    "deleted", "users",     "signalling"};

inline constexpr std::size_t session_prefix_bytes = 5;
inline constexpr std::size_t log_key_bytes = session_prefix_bytes + 3;
inline constexpr std::size_t signalling_key_bytes = session_prefix_bytes + 8 + 12;

inline constexpr std::string_view format_key = "format";
/// The last look at the time of day (ClockRecord).
inline constexpr std::string_view clock_key = "clock";
/// The key of a revocation in `default`: this prefix, then the 32 bytes of the token's id.
inline constexpr std::string_view revocation_prefix = "revoked/";

/// Common prefix of all keys of a session in `log`, `keys`, `deleted` and `signalling`.
[[nodiscard]] Bytes session_prefix(SessionNumber session);
/// A key greater than all keys with this prefix, and not greater than any other key that follows them.
[[nodiscard]] Bytes prefix_end(BytesView prefix);

/// Key in `log` and `deleted`.
[[nodiscard]] Bytes log_key(SessionNumber session, std::uint32_t seq);
[[nodiscard]] std::uint32_t seq_of(BytesView log_key);

/// `keys`: maps an idempotency key to its seq. The bare session prefix maps to the watermark of the session.
[[nodiscard]] Bytes idempotency_key(SessionNumber session, const Key16& key);
[[nodiscard]] Bytes encode_seq(std::uint32_t seq);
/// 0 unless the value has exactly three bytes.
[[nodiscard]] std::uint32_t decode_seq(BytesView value);

/// `open_sessions`: one key for the pair, and one per user, newest first. The length of a user id comes
/// before the id, so that no id is a prefix of another user's key. Both kinds of keys end in the session id.
[[nodiscard]] Bytes pairs_prefix();  // of all pairs: contains every open session once
[[nodiscard]] Bytes pair_prefix(const UserId& doctor, const UserId& patient);
[[nodiscard]] Bytes pair_key(const UserId& doctor, const UserId& patient, const SessionId& session);
[[nodiscard]] Bytes user_prefix(const UserId& user);
[[nodiscard]] Bytes user_session_key(const UserId& user, Timestamp created_at, const SessionId& session);
/// Error log_corrupt: the key does not have this form.
[[nodiscard]] Result<SessionId> session_at_end_of(BytesView open_sessions_key);

/// `signalling`: newest first.
[[nodiscard]] Bytes signalling_key(SessionNumber session, Timestamp time, const ObjectId& id);
[[nodiscard]] Timestamp time_of_signalling(BytesView signalling_key);
[[nodiscard]] ObjectId id_of_signalling(BytesView signalling_key);

}  // namespace parley::store::embedded
