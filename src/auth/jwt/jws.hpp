// JSON Web Signature, compact form, only HS256 (RFC 7515 §3.1, RFC 7518 §3.2). We implement it ourselves: one algorithm and one form need
// forty lines over HMAC. A general library also offers `none`, or RS256 with a public key used as HMAC key. Such options have caused
// security holes elsewhere.
//
// Not here     the meaning of the payload: claims.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley::auth {

/// The decoded payload of a token. The header must say exactly `"alg":"HS256"` and name no critical extension, and the signature must be
/// made with `secret`; else nothing. Base64url is accepted only in its canonical spelling.
[[nodiscard]] std::optional<std::string> verified_payload(std::string_view token, std::string_view secret);

/// Signs this payload with the header `{"alg":"HS256","typ":"JWT"}`.
[[nodiscard]] std::string signed_token(std::string_view payload, std::string_view secret);

}  // namespace parley::auth
