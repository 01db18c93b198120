// JSON Web Signature, compact form, HS256 and nothing else (RFC 7515 §3.1, RFC 7518 §3.2). Our own because one algorithm and one
// form need forty lines over HMAC, and a general library brings the choices (`none`, RS256 with a public key as HMAC key) that
// have been the holes of others.
//
// Leaves out   what the payload means: claims.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley::auth {

/// The decoded payload of a token whose header says exactly `"alg":"HS256"`, names no critical extension, and whose signature is
/// ours; nothing for anything else. Base64url is taken in its one canonical spelling only.
[[nodiscard]] std::optional<std::string> verified_payload(std::string_view token, std::string_view secret);

/// The token of this payload: header `{"alg":"HS256","typ":"JWT"}`.
[[nodiscard]] std::string signed_token(std::string_view payload, std::string_view secret);

}  // namespace parley::auth
