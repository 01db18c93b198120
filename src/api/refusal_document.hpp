// The errors of operations and events, as data for the API documents. The texts are the contract's. A part in braces varies; the text
// inside the braces is an example: `Invalid signaling message type: {wave}`.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.hpp"
#include "domain/error_code.hpp"

namespace parley::api {

struct Refusal {
  ErrorCode code;
  std::string_view text;
};

/// The store access of a use case. It determines the possible store errors.
enum class Work : std::uint8_t { none, reads, writes };
[[nodiscard]] std::span<const Refusal> store_refusals(Work work);

/// The access rule of docs/api-contract.md §4.
inline constexpr Refusal session_not_found_refusal{ErrorCode::not_found, "Session not found"};
inline constexpr Refusal stranger_refusal{ErrorCode::forbidden, "Unauthorized access to session"};
inline constexpr Refusal has_ended_refusal{ErrorCode::session_ended, "Session has already ended"};

/// Refusals when creating a session.
inline constexpr Refusal creations_refusal{ErrorCode::rate_limited, "Too many session creation attempts, please wait."};

/// Refusals of events that have their own rate limit.
inline constexpr Refusal joins_refusal{ErrorCode::rate_limited, "Rate limit exceeded for joins"};
inline constexpr Refusal entries_rate_refusal{ErrorCode::rate_limited, "Rate limit exceeded for entries"};
inline constexpr Refusal ends_refusal{ErrorCode::rate_limited, "Rate limit exceeded for ended sessions"};

/// Refusals when reopening a session.
inline constexpr Refusal not_creator_refusal{ErrorCode::forbidden, "Only the creator of a session can reopen it"};
inline constexpr Refusal reopening_off_refusal{ErrorCode::forbidden, "Sessions cannot be reopened on this server"};
inline constexpr Refusal not_ended_refusal{ErrorCode::invalid_argument, "Session is not ended"};
inline constexpr Refusal reopenings_refusal{ErrorCode::rate_limited, "Rate limit exceeded for reopenings"};
inline constexpr Refusal active_session_refusal{ErrorCode::already_exists, "Active session already exists"};

/// The text with its example and without braces: `Invalid signaling message type: wave`.
[[nodiscard]] std::string example_of(std::string_view text);
/// Writes the schema of a string that is one of these texts.
void write_texts_schema(JsonWriter& writer, const std::vector<std::string_view>& texts);

}  // namespace parley::api
