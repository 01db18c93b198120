#include "http_api/request/credentials.hpp"

#include "http_api/request/header_text.hpp"

namespace parley::http_api {

namespace {

std::optional<std::string> non_empty(std::string_view token) {
  if (token.empty()) return std::nullopt;
  return std::string(token);
}

}  // namespace

std::optional<std::string> token_of(const protocol::http::Request& request) {
  constexpr std::string_view scheme = "Bearer";
  if (const auto* header = request.find("authorization"); header != nullptr && header->starts_with(scheme)) {
    const std::string_view rest = std::string_view(*header).substr(scheme.size());
    if (rest.empty()) return std::nullopt;
    if (rest.front() == ' ') return non_empty(rest.substr(1, rest.find(' ', 1) - 1));
  }
  const auto cookies = request.joined("cookie", "; ");
  if (!cookies) return std::nullopt;
  const auto token = cookie_value(*cookies, "token");
  return token ? non_empty(*token) : std::nullopt;
}

std::string_view text_of(auth::AuthFailure failure) {
  switch (failure) {
    case auth::AuthFailure::invalid:
      return "Not authorized, token invalid";
    case auth::AuthFailure::revoked:
      return "Token revoked. Please login again.";
    case auth::AuthFailure::user_not_found:
      return "Not authorized, user not found";
  }
  return "Not authorized, token invalid";
}

}  // namespace parley::http_api
