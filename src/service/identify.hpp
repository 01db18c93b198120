// Whose a token is: by what it says itself, or by the user store (ServiceConfig::identity). Both ways refuse with the same failures
// (docs/api-contract.md §1.3), so nobody behind this knows which it was.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "service/chat_service.hpp"
#include "service/context.hpp"

namespace parley::service {

/// ChatService::identify.
[[nodiscard]] std::optional<Identified> identify(Context& context, std::string_view token);

/// ChatService::look_up_identity. The token is asked again when the store has answered: it may have been signed out meanwhile.
void look_up_identity(Context& context, EventLoop& from, std::string token, std::move_only_function<void(Identified)> done);

/// ChatService::remember_user: puts a user whose token was verified into the cache and, when it says something new, into the directory.
/// Nothing where the directory says who users are. Threads: any.
void remember_user(Context& context, const domain::User& user);

}  // namespace parley::service
