// A person, as a verified token or the user store describes them.
#pragma once

#include <string>

#include "base/ids.hpp"
#include "domain/role.hpp"

namespace parley::domain {

struct User {
  UserId id;
  Role role;          // empty name: not known
  std::string email;  // empty: not known
  std::string name;   // empty: not known

  friend bool operator==(const User&, const User&) = default;
};

/// The user who sends a request, and the address and browser it comes from.
struct Caller {
  User user;
  std::string address;     // textual IP, an IPv4-mapped address as IPv4
  std::string user_agent;  // at most limits::user_agent_bytes_max
};

}  // namespace parley::domain
