// Sanitising and the checks of client input in docs/api-contract.md §4.1, in its order and with its texts.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/result.hpp"

namespace parley::domain {

/// A field of a request before validation. Clients may send any JSON.
struct TextField {
  enum class State { falsy, not_text, text };  // falsy: missing, null, "", 0, false
  State state = State::falsy;
  std::string value;  // for `text`
};

/// The session that a request names.
struct SessionField {
  enum class State { falsy, foreign, given };  // foreign: truthy, but never a session id → `Session not found`
  State state = State::falsy;
  SessionId id;
};

/// Removes U+0000–U+0008, U+000B, U+000C, U+000E–U+001F and U+007F; changes nothing else.
[[nodiscard]] std::string sanitised(std::string text);
/// True for empty text and for only ECMAScript white space and line terminators (the characters that `trim` removes, with U+FEFF).
[[nodiscard]] bool is_blank(std::string_view text);

/// Check 1 of §4.1 for the message alone: required, a string. Returns the sanitised text, whatever its length.
[[nodiscard]] Result<std::string> accept_message(TextField field);
/// Check 2 of §4.1: `Message too long (max 1000 characters)`, counted in UTF-16 code units. The number is the deployment's limit.
[[nodiscard]] Result<void> require_length(std::string_view text, std::size_t utf16_units_max);
/// Returns "" if the field is absent (falsy). A value must be text of 1–64 bytes, else invalid_argument `Invalid clientMessageId`. The view
/// lives as long as the field.
[[nodiscard]] Result<std::string_view> accept_client_message_id(const TextField& field);

/// Session ids that an application must not choose. Some routes have one of these segments where other routes have `:sessionId`, so
/// `/api/sessions/<id>` would reach another route. Clients and proxies resolve `.` and `..`, also percent-encoded.
/// http_api/routing/route_table.cpp compares this list with its table.
inline constexpr auto reserved_session_ids =
    std::to_array<std::string_view>({"create", "user", "ice-servers", "cleanup", "monitoring", ".", ".."});
/// The session id that an application chooses; nothing if it is absent (falsy). Errors, invalid_argument: `Invalid session ID`, and for a
/// reserved id in upper or lower case `Session ID "…" is reserved`. U+FFFD is refused: every unpaired surrogate becomes U+FFFD, so two
/// different ids would become the same.
[[nodiscard]] Result<std::optional<SessionId>> accept_session_id(const TextField& field);
/// The patient of a new session. Errors, invalid_argument: `Patient ID is required`, `Invalid patient ID` (also for U+FFFD).
[[nodiscard]] Result<UserId> accept_patient_id(const TextField& field);

}  // namespace parley::domain
