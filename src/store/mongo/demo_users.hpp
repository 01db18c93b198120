// The only place where Parley writes to `users`: the two users of the demo. They sign in with tokens only; no password works.
#pragma once

#include <span>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "domain/user.hpp"

namespace parley::store::mongo {

/// Adds the missing users; existing ones stay unchanged. Blocking. Errors: invalid_argument, store_failed.
[[nodiscard]] Result<void> add_demo_users(const std::string& uri, std::span<const domain::User> users, Timestamp now);

}  // namespace parley::store::mongo
