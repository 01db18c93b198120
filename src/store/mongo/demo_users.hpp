// The one time that Parley writes to `users`: the demo's two. Whoever holds a token of theirs is one of them; no password is theirs.
#pragma once

#include <span>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "domain/user.hpp"

namespace parley::store::mongo {

/// Adds those that are not there; who is there stays as they are. Blocking. Errors: invalid_argument, store_failed.
[[nodiscard]] Result<void> add_demo_users(const std::string& uri, std::span<const domain::User> users, Timestamp now);

}  // namespace parley::store::mongo
