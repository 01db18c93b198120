#include "service/use_cases/identify.hpp"

#include <utility>

#include "domain/error_code.hpp"

namespace parley::service {
namespace {

Identified by_claims(Context& context, std::string_view token) {
  auto identity = context.deps.authenticator.authenticate(token);
  if (!identity) return std::unexpected(identity.error());
  return std::move(*identity);
}

/// The user store's answer about the owner of a good token. A role that this deployment does not know has no permissions here, whichever
/// source names it. So the refusal is the one for a token with such a role.
Identified by_store(const Context& context, const auth::TokenOwner& owner, StoredUser user) {
  if (!user) return std::unexpected(auth::AuthFailure::user_not_found);
  if (!context.config.roles.parse_account_role(user->role.name)) return std::unexpected(auth::AuthFailure::invalid);
  return auth::Identity{std::move(*user), owner.token};
}

}  // namespace

std::optional<Identified> identify(Context& context, std::string_view token) {
  if (context.config.identity == IdentitySource::claims) return by_claims(context, token);
  const auto owner = context.deps.authenticator.owner_of(token);
  if (!owner) return Identified(std::unexpect, owner.error());
  auto known = context.stored_users.find(owner->user);
  if (!known) return std::nullopt;
  return by_store(context, *owner, std::move(*known));
}

void look_up_identity(Context& context, EventLoop& from, std::string token, std::move_only_function<void(Identified)> done) {
  const auto owner = context.deps.authenticator.owner_of(token);
  if (!owner) return done(std::unexpected(owner.error()));
  context.stored_users.look_up(from, owner->user,
                               [&context, token = std::move(token), done = std::move(done)](Result<StoredUser> user) mutable {
                                 const auto still = context.deps.authenticator.owner_of(token);
                                 if (!still) return done(std::unexpected(still.error()));
                                 if (user) return done(by_store(context, *still, std::move(*user)));
                                 if (user.error().code == ErrorCode::overloaded) count(context.counters.refused_overloaded);
                                 done(std::unexpected(std::move(user.error())));
                               });
}

void remember_user(Context& context, const domain::User& user) {
  if (context.config.identity == IdentitySource::directory) return;
  if (context.users.put(user) == UserCache::Change::changed) context.deps.store.directory().remember_user(user);
}

}  // namespace parley::service
