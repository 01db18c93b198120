#include "auth/jwt/make_token.hpp"

#include <chrono>

#include "auth/jwt/jws.hpp"
#include "base/bytes.hpp"
#include "base/json_writer.hpp"

namespace parley::auth {

namespace {

std::int64_t epoch_seconds(Timestamp time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

void write_claim(JsonWriter& writer, std::string_view name, std::string_view text) {
  std::string quoted;
  append_json_string(quoted, name);
  writer.member(std::string_view(quoted).substr(1, quoted.size() - 2), text);
}

}  // namespace

std::string new_token_id(Entropy& entropy) {
  return to_base64url(view_of(entropy.bytes<16>()));
}

std::string make_token(const TokenRequest& request, std::string_view secret, const ClaimNames& names) {
  std::string payload;
  JsonWriter writer(payload);
  writer.begin_object();
  write_claim(writer, names.id.empty() ? "id" : std::string_view(names.id), request.user.id.text());
  write_claim(writer, names.role, request.user.role.name);
  if (!request.user.email.empty()) write_claim(writer, names.email, request.user.email);
  if (!request.user.name.empty()) write_claim(writer, names.name, request.user.name);
  writer.key("iat").integer(epoch_seconds(request.issued_at));
  if (request.expires_at) writer.key("exp").integer(epoch_seconds(*request.expires_at));
  if (!request.token_id.empty()) writer.member("jti", request.token_id);
  writer.end_object();
  return signed_token(payload, secret);
}

}  // namespace parley::auth
