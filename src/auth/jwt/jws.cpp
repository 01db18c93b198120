#include "auth/jwt/jws.hpp"

#include <simdjson.h>

#include "auth/jwt/readable_json.hpp"
#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/limits.hpp"

namespace parley::auth {

namespace {

struct Pieces {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signing_input;  // header and payload with their dot
};

std::optional<Pieces> split(std::string_view token) {
  const auto first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
  return Pieces{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1), token.substr(0, second)};
}

std::string signature_of(std::string_view signing_input, std::string_view secret) {
  return to_base64url(view_of(hmac_sha256(secret, {signing_input})));
}

/// Decodes, and requires that encoding again gives the same text. Unused trailing bits must be zero; otherwise one signature would have
/// several spellings.
std::optional<std::string> canonical(std::string_view text) {
  auto bytes = from_base64url(text);
  if (!bytes || to_base64url(*bytes) != text) return std::nullopt;
  return bytes;
}

bool header_is_ours(std::string_view json) {
  thread_local simdjson::dom::parser parser;
  simdjson::dom::object header;
  if (parser.parse(readable_json(std::string(json))).get(header) != simdjson::SUCCESS) return false;
  std::string_view algorithm;
  if (header["alg"].get(algorithm) != simdjson::SUCCESS || algorithm != "HS256") return false;
  return header["crit"].error() == simdjson::NO_SUCH_FIELD;  // RFC 7515 §4.1.11: refuse critical extensions that we do not understand
}

}  // namespace

std::optional<std::string> verified_payload(std::string_view token, std::string_view secret) {
  if (token.size() > limits::token_bytes_max) return std::nullopt;
  const auto pieces = split(token);
  if (!pieces) return std::nullopt;
  // Comparing the encoded form avoids decoding unverified input, and it accepts only one spelling.
  if (!equal_constant_time(signature_of(pieces->signing_input, secret), pieces->signature)) return std::nullopt;
  const auto header = canonical(pieces->header);
  if (!header || !header_is_ours(*header)) return std::nullopt;
  return canonical(pieces->payload);
}

std::string signed_token(std::string_view payload, std::string_view secret) {
  std::string token = to_base64url(R"({"alg":"HS256","typ":"JWT"})") + "." + to_base64url(payload);
  const auto signature = signature_of(token, secret);
  token += '.';
  token += signature;
  return token;
}

}  // namespace parley::auth
