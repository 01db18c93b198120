// Finds the token of a request (docs/api-contract.md §1.3) and gives the text for each failure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/authenticator.hpp"
#include "protocol/http/http_handler.hpp"

namespace parley::http_api {

/// If the `Authorization` header is `Bearer`, alone or followed by a space, the token is its second piece, and the cookie is ignored.
/// Otherwise the token is the cookie `token`. The query is never used. Nothing if there is no token or it is empty.
[[nodiscard]] std::optional<std::string> token_of(const protocol::http::Request& request);

inline constexpr std::string_view token_missing_text = "Not authorized, token missing";
[[nodiscard]] std::string_view text_of(auth::AuthFailure failure);

}  // namespace parley::http_api
