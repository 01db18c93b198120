#include "load/token.hpp"

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/json_writer.hpp"

namespace parley::bench {

std::string sign_token(std::string_view secret, const TokenClaims& claims) {
  std::string payload;
  JsonWriter(payload).begin_object().member("id", claims.user_id).member("role", claims.role).end_object();
  std::string token = to_base64url(R"({"alg":"HS256","typ":"JWT"})") + '.' + to_base64url(payload);
  const Digest32 signature = hmac_sha256(secret, {token});
  return token + '.' + to_base64url(view_of(signature));
}

}  // namespace parley::bench
