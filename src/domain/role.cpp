// The closed sets of roles.
#include "domain/role.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/limits.hpp"

namespace parley::domain {
namespace {

bool is_role_character(char character) {
  return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9') || character == '_' || character == '-';
}

}  // namespace

bool is_role_name(std::string_view name) {
  return !name.empty() && name.size() <= limits::role_bytes_max && std::ranges::all_of(name, is_role_character);
}

RoleSet::RoleSet() : RoleSet({Role{"doctor"}, Role{"patient"}}) {}

RoleSet::RoleSet(std::vector<Role> participant_roles) : participant_roles_(std::move(participant_roles)) {
  PARLEY_ASSERT(participant_roles_.size() >= 2);  // doctorId and patientId of the contract need one role each
  for (auto role = participant_roles_.begin(); role != participant_roles_.end(); ++role) {
    PARLEY_ASSERT(is_role_name(role->name) && *role != admin());
    PARLEY_ASSERT(std::find(participant_roles_.begin(), role, *role) == role);
  }
}

std::optional<Role> RoleSet::parse_account_role(std::string_view name) const {
  if (name == admin().name) return admin();
  return parse_participant_role(name);
}

std::optional<Role> RoleSet::parse_participant_role(std::string_view name) const {
  const auto role = std::ranges::find(participant_roles_, name, &Role::name);
  if (role == participant_roles_.end()) return std::nullopt;
  return *role;
}

const Role& RoleSet::admin() {
  static const Role role{"admin"};
  return role;
}

}  // namespace parley::domain
