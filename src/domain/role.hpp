// Roles of an account (from its token) and of a participant (inside one session). Both sets are closed; other names are refused.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::domain {

/// At most limits::role_bytes_max bytes of [a-z0-9_-], so it never allocates.
struct Role {
  std::string name;

  friend auto operator<=>(const Role&, const Role&) = default;
};

/// True for 1 to limits::role_bytes_max characters of a-z, 0-9, `_` and `-`.
[[nodiscard]] bool is_role_name(std::string_view name);

/// The roles of a deployment: `doctor` and `patient` by default, and `admin`, which is only an account role.
class RoleSet {
 public:
  /// `doctor`, `patient`.
  RoleSet();
  /// The first two are the contract's roles of `doctorId` and `patientId`. Asserts: two or more, distinct, each a role name, none `admin`.
  explicit RoleSet(std::vector<Role> participant_roles);

  [[nodiscard]] std::optional<Role> parse_account_role(std::string_view name) const;      // participant roles and `admin`
  [[nodiscard]] std::optional<Role> parse_participant_role(std::string_view name) const;  // without `admin`
  [[nodiscard]] const Role& doctor() const { return participant_roles_[0]; }
  [[nodiscard]] const Role& patient() const { return participant_roles_[1]; }
  [[nodiscard]] static const Role& admin();

 private:
  std::vector<Role> participant_roles_;
};

}  // namespace parley::domain
