// Finds the identity of a token: from its claims, or from the user store (ServiceConfig::identity). Both sources refuse with the same
// failures (docs/api-contract.md §1.3), so callers need not know the source.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "service/session/context.hpp"
#include "service/shared/requests.hpp"

namespace parley::service {

/// ChatService::identify.
[[nodiscard]] std::optional<Identified> identify(Context& context, std::string_view token);

/// ChatService::look_up_identity. The token is verified again when the store has answered: it may have been signed out meanwhile.
void look_up_identity(Context& context, EventLoop& from, std::string token, std::move_only_function<void(Identified)> done);

/// ChatService::remember_user: puts a user with a verified token into the cache and, if something changed, into the directory. Does nothing
/// with IdentitySource::directory. Threads: any.
void remember_user(Context& context, const domain::User& user);

}  // namespace parley::service
