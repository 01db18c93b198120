#include "auth/jwt/claims.hpp"

#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>

#include "base/limits.hpp"

namespace parley::auth {

namespace {

using simdjson::dom::element;
using simdjson::dom::object;

/// Reads an optional number into `value`; false when it is there and no number.
bool read_number(const object& claims, std::string_view name, std::optional<double>& value) {
  if (claims[name].error() == simdjson::NO_SUCH_FIELD) return true;
  double number = 0;
  if (claims[name].get(number) != simdjson::SUCCESS) return false;
  value = number;
  return true;
}

std::string text_claim(const object& claims, std::string_view name, std::size_t bytes_max) {
  std::string_view text;
  if (claims[name].get(text) != simdjson::SUCCESS || text.size() > bytes_max) return {};
  return std::string(text);
}

std::expected<ObjectId, AuthFailure> id_claim(const object& claims) {
  element value;
  if (claims["id"].get(value) != simdjson::SUCCESS || value.is_null()) return std::unexpected(AuthFailure::user_not_found);
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return std::unexpected(AuthFailure::invalid);
  const auto id = ObjectId::parse(text);
  if (!id) return std::unexpected(AuthFailure::invalid);
  return *id;
}

std::expected<domain::Role, AuthFailure> role_claim(const object& claims, const domain::RoleSet& roles) {
  std::string_view name;
  if (claims["role"].get(name) != simdjson::SUCCESS) return std::unexpected(AuthFailure::invalid);
  auto role = roles.parse_account_role(name);
  if (!role) return std::unexpected(AuthFailure::invalid);
  return *std::move(role);
}

std::expected<domain::User, AuthFailure> identity(const object& claims, const domain::RoleSet& roles) {
  const auto id = id_claim(claims);
  if (!id) return std::unexpected(id.error());
  auto role = role_claim(claims, roles);
  if (!role) return std::unexpected(role.error());
  return domain::User{*id, *std::move(role), text_claim(claims, "email", limits::email_bytes_max),
                      text_claim(claims, "name", limits::name_bytes_max)};
}

}  // namespace

std::optional<Claims> parse_claims(std::string_view payload, const domain::RoleSet& roles) {
  thread_local simdjson::dom::parser parser;
  object json;
  if (parser.parse(payload.data(), payload.size()).get(json) != simdjson::SUCCESS) return std::nullopt;
  std::optional<double> expires_at;
  std::optional<double> not_before;
  if (!read_number(json, "exp", expires_at) || !read_number(json, "nbf", not_before)) return std::nullopt;
  return Claims{id_claim(json), identity(json, roles), expires_at, not_before, {}};
}

bool in_force(const Claims& claims, Timestamp now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const auto at = static_cast<double>(seconds);  // whole seconds, as issuers of this contract compare them
  if (claims.expires_at && at >= *claims.expires_at) return false;
  return !claims.not_before || at >= *claims.not_before;
}

std::optional<Timestamp> end_of_force(const Claims& claims) {
  constexpr double seconds_max = 1e12;  // some 30,000 years: a `double` still counts milliseconds there
  if (!claims.expires_at || *claims.expires_at > seconds_max) return std::nullopt;
  return Timestamp{std::chrono::seconds(static_cast<std::int64_t>(std::ceil(std::max(*claims.expires_at, 0.0))))};
}

}  // namespace parley::auth
