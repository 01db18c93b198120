// The users of the load client.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/ids.hpp"

namespace parley::bench {

struct LoadIdentity {
  std::string secret;  // the server verifies tokens with it
  /// The number of the first user of this run (numbered_user); nothing: the run draws random users. A server that reads its users from a
  /// database knows only existing users, so the numbered users must be inserted first.
  std::optional<std::uint64_t> first_user;
};

/// `be9c000000000000` and the number in eight hexadecimal digits. Doctors have even numbers; the patient of a doctor is the next number.
[[nodiscard]] ObjectId numbered_user(std::uint64_t number);

}  // namespace parley::bench
