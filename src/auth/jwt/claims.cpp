#include "auth/jwt/claims.hpp"

#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>

#include "auth/jwt/readable_json.hpp"
#include "base/limits.hpp"
#include "base/replace_all.hpp"

namespace parley::auth {

namespace {

using simdjson::dom::element;
using simdjson::dom::object;

/// Reads an optional number into `value`. Returns false if the claim exists and is not a number.
bool read_number(const object& claims, std::string_view name, std::optional<double>& value) {
  if (claims[name].error() == simdjson::NO_SUCH_FIELD) return true;
  double number = 0;
  if (claims[name].get(number) != simdjson::SUCCESS) return false;
  value = number;
  return true;
}

/// The member with this name, or the member at the path `name`; nothing if it is missing or null.
std::optional<element> find_claim(const object& claims, std::string_view name) {
  element value;
  if (claims[name].get(value) == simdjson::SUCCESS) return value.is_null() ? std::nullopt : std::optional(value);
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.', dot + 1)) {
    object inner;
    if (claims[name.substr(0, dot)].get(inner) != simdjson::SUCCESS) continue;
    if (auto found = find_claim(inner, name.substr(dot + 1))) return found;
  }
  return std::nullopt;
}

std::string text_claim(const object& claims, std::string_view name, std::size_t bytes_max) {
  const auto value = find_claim(claims, name);
  std::string_view text;
  if (!value || value->get(text) != simdjson::SUCCESS) return {};
  std::string shown(text);
  replace_all(shown, std::string_view("\0", 1), "\xef\xbf\xbd");  // U+FFFD replaces a lone surrogate (readable_json.hpp)
  return shown.size() > bytes_max ? std::string() : shown;
}

std::expected<UserId, AuthFailure> id_claim(const object& claims, const ClaimNames& names) {
  auto value = find_claim(claims, names.id.empty() ? "id" : std::string_view(names.id));
  if (!value && names.id.empty()) value = find_claim(claims, "sub");
  if (!value) return std::unexpected(AuthFailure::user_not_found);
  std::string_view text;
  if (value->get(text) != simdjson::SUCCESS) return std::unexpected(AuthFailure::invalid);
  const auto id = UserId::parse(text);
  if (!id) return std::unexpected(AuthFailure::invalid);
  return *id;
}

std::optional<domain::Role> role_claim(const object& claims, std::string_view claim_name, const domain::RoleSet& roles) {
  const auto value = find_claim(claims, claim_name);
  std::string_view name;
  if (!value || value->get(name) != simdjson::SUCCESS) return std::nullopt;
  return roles.parse_account_role(name);
}

std::expected<domain::User, AuthFailure> identity(const object& claims, const ClaimNames& names, const domain::RoleSet& roles) {
  const auto id = id_claim(claims, names);
  if (!id) return std::unexpected(id.error());
  auto role = role_claim(claims, names.role, roles);
  if (!role) return std::unexpected(AuthFailure::invalid);
  return domain::User{*id, *std::move(role), text_claim(claims, names.email, limits::email_bytes_max),
                      text_claim(claims, names.name, limits::name_bytes_max)};
}

}  // namespace

std::optional<Claims> parse_claims(std::string_view payload, const ClaimNames& names, const domain::RoleSet& roles) {
  thread_local simdjson::dom::parser parser;
  object json;
  if (parser.parse(readable_json(std::string(payload))).get(json) != simdjson::SUCCESS) return std::nullopt;
  std::optional<double> expires_at;
  std::optional<double> not_before;
  if (!read_number(json, "exp", expires_at) || !read_number(json, "nbf", not_before)) return std::nullopt;
  return Claims{id_claim(json, names), identity(json, names, roles), expires_at, not_before, {}};
}

bool in_force(const Claims& claims, Timestamp now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const auto at = static_cast<double>(seconds);  // whole seconds, as issuers of this contract compare them
  if (claims.expires_at && at >= *claims.expires_at) return false;
  return !claims.not_before || at >= *claims.not_before;
}

std::optional<Timestamp> end_of_force(const Claims& claims) {
  constexpr double seconds_max = 1e12;  // about 30,000 years: up to here a `double` counts milliseconds exactly
  if (!claims.expires_at || *claims.expires_at > seconds_max) return std::nullopt;
  return Timestamp{std::chrono::seconds(static_cast<std::int64_t>(std::ceil(std::max(*claims.expires_at, 0.0))))};
}

}  // namespace parley::auth
