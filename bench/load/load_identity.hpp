// Who the load client says it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/ids.hpp"

namespace parley::bench {

struct LoadIdentity {
  std::string secret;  // that the server verifies tokens with
  /// Of the numbered users (numbered_user) the first of this run; nothing: users of its own, drawn. A server that takes its users from
  /// a database knows only who is there, so somebody puts the numbered ones there first.
  std::optional<std::uint64_t> first_user;
};

/// `be9c000000000000` and the number in eight hexadecimal digits: doctors are even, each one's patient is the next.
[[nodiscard]] ObjectId numbered_user(std::uint64_t number);

}  // namespace parley::bench
