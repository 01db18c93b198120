// The column families of the embedded store and their keys: docs/formats/embedded-store.md. Numbers are big-endian, so the order of
// keys is the order of what they name; times are inverted where the newest comes first.
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

/// By Family. RocksDB insists on one called `default`: it holds what concerns the whole store.
inline constexpr std::array<std::string_view, 8> family_names = {"default", "log",     "directory", "open_sessions",
                                                                 "keys",    "deleted", "users",     "signalling"};

inline constexpr std::size_t session_prefix_bytes = 5;
inline constexpr std::size_t log_key_bytes = session_prefix_bytes + 3;
inline constexpr std::size_t idempotency_key_bytes = session_prefix_bytes + 16;
inline constexpr std::size_t signalling_key_bytes = session_prefix_bytes + 8 + 12;

inline constexpr std::string_view format_key = "format";
/// The last look at the time of day.
inline constexpr std::string_view clock_key = "clock";
/// Before the 32 bytes of a token's id, in the family that concerns the whole store.
inline constexpr std::string_view revocation_prefix = "revoked/";

/// Common start of everything a session has in `log`, `keys`, `deleted` and `signalling`.
[[nodiscard]] Bytes session_prefix(SessionNumber session);
/// A key that is greater than all with this prefix and not greater than any other that follows them.
[[nodiscard]] Bytes prefix_end(BytesView prefix);

/// `log` and `deleted`.
[[nodiscard]] Bytes log_key(SessionNumber session, std::uint32_t seq);
[[nodiscard]] std::uint32_t seq_of(BytesView log_key);

/// `keys`: the seq of an idempotency key, and under the bare prefix how far the session is indexed.
[[nodiscard]] Bytes idempotency_key(SessionNumber session, const Key16& key);
[[nodiscard]] Bytes encode_seq(std::uint32_t seq);
/// 0 unless the value has exactly three bytes.
[[nodiscard]] std::uint32_t decode_seq(BytesView value);

/// `open_sessions`: a pair's, and a user's newest first. A user stands after their length, so that no id is the beginning of another's key;
/// both keys end in the session id.
[[nodiscard]] Bytes pairs_prefix();  // of all pairs: every open session once
[[nodiscard]] Bytes pair_prefix(const UserId& doctor, const UserId& patient);
[[nodiscard]] Bytes pair_key(const UserId& doctor, const UserId& patient, const SessionId& session);
[[nodiscard]] Bytes user_prefix(const UserId& user);
[[nodiscard]] Bytes user_session_key(const UserId& user, Timestamp created_at, const SessionId& session);
/// Error log_corrupt: the key has not that form.
[[nodiscard]] Result<SessionId> session_at_end_of(BytesView open_sessions_key);

/// `signalling`: newest first.
[[nodiscard]] Bytes signalling_key(SessionNumber session, Timestamp time, const ObjectId& id);
[[nodiscard]] Timestamp time_of_signalling(BytesView signalling_key);
[[nodiscard]] ObjectId id_of_signalling(BytesView signalling_key);

}  // namespace parley::store::embedded
