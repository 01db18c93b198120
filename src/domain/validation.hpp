// What a client may send: sanitising and the checks of docs/api-contract.md §4.1, in its order and with its texts.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/result.hpp"

namespace parley::domain {

/// A field of a request before it is judged: clients may send any JSON.
struct TextField {
  enum class State { falsy, not_text, text };  // falsy: missing, null, "", 0, false
  State state = State::falsy;
  std::string value;  // for `text`
};

/// Which session a request names.
struct SessionField {
  enum class State { falsy, foreign, given };  // foreign: truthy, but no session can have it → `Session not found`
  State state = State::falsy;
  SessionId id;
};

/// Removes U+0000–U+0008, U+000B, U+000C, U+000E–U+001F and U+007F; changes nothing else.
[[nodiscard]] std::string sanitised(std::string text);
/// Empty or only ECMAScript white space and line terminators (what `trim` removes, U+FEFF included).
[[nodiscard]] bool is_blank(std::string_view text);

/// Check 1 of §4.1 for the message alone: required, a string. Gives the sanitised text, whatever its length.
[[nodiscard]] Result<std::string> accept_message(TextField field);
/// Check 2 of §4.1: `Message too long (max 1000 characters)`, counted in UTF-16 code units; the number is what the deployment allows.
[[nodiscard]] Result<void> require_length(std::string_view text, std::size_t utf16_units_max);
/// Absent (falsy) is allowed and gives ""; 1–64 bytes of text, else invalid_argument `Invalid clientMessageId`.
[[nodiscard]] Result<std::string> accept_client_message_id(TextField field);

/// Session ids that an application may not choose: each is a segment that a route has where others have `:sessionId`, so
/// `/api/sessions/<id>` would lead elsewhere. Clients and proxies resolve `.` and `..`, percent-encoded too. http_api/route.cpp compares
/// this with its table.
inline constexpr auto reserved_session_ids =
    std::to_array<std::string_view>({"create", "user", "ice-servers", "cleanup", "monitoring", ".", ".."});
/// The session id that an application chooses; absent (falsy): none. Errors, invalid_argument: `Invalid session ID`, and for a reserved id
/// in any case of its letters `Session ID "…" is reserved`. U+FFFD is refused: it is what an unpaired surrogate has become, so two ids
/// that differ would be one.
[[nodiscard]] Result<std::optional<SessionId>> accept_session_id(const TextField& field);
/// The patient that a session is created with. Errors, invalid_argument: `Patient ID is required`, `Invalid patient ID` (also for U+FFFD).
[[nodiscard]] Result<UserId> accept_patient_id(const TextField& field);

}  // namespace parley::domain
