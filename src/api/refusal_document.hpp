// The errors that operations and events can give, as data for the documents. The texts are the contract's; a part in braces varies,
// and what stands in them is an example of it: `Invalid signaling message type: {wave}`.
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

/// What a use case asks of the store, and so which of its errors can come.
enum class Work : std::uint8_t { none, reads, writes };
[[nodiscard]] std::span<const Refusal> store_refusals(Work work);

/// The access rule of docs/api-contract.md §4.
inline constexpr Refusal session_not_found_refusal{ErrorCode::not_found, "Session not found"};
inline constexpr Refusal stranger_refusal{ErrorCode::forbidden, "Unauthorized access to session"};
inline constexpr Refusal has_ended_refusal{ErrorCode::session_ended, "Session has already ended"};

/// Of creating.
inline constexpr Refusal creations_refusal{ErrorCode::rate_limited, "Too many session creation attempts, please wait."};

/// Of events that have a rate of their own.
inline constexpr Refusal joins_refusal{ErrorCode::rate_limited, "Rate limit exceeded for joins"};
inline constexpr Refusal entries_rate_refusal{ErrorCode::rate_limited, "Rate limit exceeded for entries"};
inline constexpr Refusal ends_refusal{ErrorCode::rate_limited, "Rate limit exceeded for ended sessions"};

/// Of reopening.
inline constexpr Refusal not_creator_refusal{ErrorCode::forbidden, "Only the creator of a session can reopen it"};
inline constexpr Refusal reopening_off_refusal{ErrorCode::forbidden, "Sessions cannot be reopened on this server"};
inline constexpr Refusal not_ended_refusal{ErrorCode::invalid_argument, "Session is not ended"};
inline constexpr Refusal reopenings_refusal{ErrorCode::rate_limited, "Rate limit exceeded for reopenings"};
inline constexpr Refusal active_session_refusal{ErrorCode::already_exists, "Active session already exists"};

/// `Invalid signaling message type: wave`.
[[nodiscard]] std::string example_of(std::string_view text);
/// The schema of a string that is one of these texts.
void write_texts_schema(JsonWriter& writer, const std::vector<std::string_view>& texts);

}  // namespace parley::api
