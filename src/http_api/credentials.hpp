// Where the token of a request is (docs/api-contract.md §1.3), and what each failure answers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/authenticator.hpp"
#include "protocol/http/http_handler.hpp"

namespace parley::http_api {

/// An `Authorization` header that is `Bearer`, alone or with single spaces: its second piece, and no cookie is looked at then. Else
/// the cookie `token`. Never the query. Nothing when there is none, or it is empty.
[[nodiscard]] std::optional<std::string> token_of(const protocol::http::Request& request);

inline constexpr std::string_view token_missing_text = "Not authorized, token missing";
[[nodiscard]] std::string_view text_of(auth::AuthFailure failure);

}  // namespace parley::http_api
