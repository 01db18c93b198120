#include "auth/jwt/make_token.hpp"

#include <chrono>

#include "auth/jwt/jws.hpp"
#include "base/json_writer.hpp"

namespace parley::auth {

namespace {

std::int64_t epoch_seconds(Timestamp time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace

std::string make_token(const TokenRequest& request, std::string_view secret) {
  std::string payload;
  JsonWriter writer(payload);
  writer.begin_object().member("id", request.user.id.to_string()).member("role", request.user.role.name);
  if (!request.user.email.empty()) writer.member("email", request.user.email);
  if (!request.user.name.empty()) writer.member("name", request.user.name);
  writer.key("iat").integer(epoch_seconds(request.issued_at));
  if (request.expires_at) writer.key("exp").integer(epoch_seconds(*request.expires_at));
  writer.end_object();
  return signed_token(payload, secret);
}

}  // namespace parley::auth
