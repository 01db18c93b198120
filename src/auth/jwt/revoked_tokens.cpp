#include "auth/jwt/revoked_tokens.hpp"

#include <algorithm>
#include <mutex>

#include "base/limits.hpp"

namespace parley::auth {

namespace {

/// Nothing means: keep it forever.
std::optional<SteadyTime> kept_until(const domain::Revocation& revocation, const Clock& clock) {
  constexpr std::chrono::years long_enough{100};  // a longer time does not fit into nanoseconds
  if (!revocation.expires_at || *revocation.expires_at > clock.now() + long_enough) return std::nullopt;
  const auto left = std::max(*revocation.expires_at - clock.now(), std::chrono::milliseconds::zero());
  return clock.steady_now() + left + limits::revocation_margin;
}

}  // namespace

bool RevokedTokens::contains(const domain::TokenId& token) const {
  if (!any_.load(std::memory_order_acquire)) return false;
  const std::shared_lock lock(mutex_);
  return tokens_.contains(token);
}

void RevokedTokens::add(const domain::Revocation& revocation, const Clock& clock) {
  const SteadyTime now = clock.steady_now();
  const auto until = kept_until(revocation, clock);
  const std::lock_guard lock(mutex_);
  if (tokens_.size() >= look_for_dead_at_) {
    std::erase_if(tokens_, [now](const auto& token) { return token.second && *token.second <= now; });
    look_for_dead_at_ = std::max<std::size_t>(1024, 2 * tokens_.size());  // keeps the cost of searching constant per token
  }
  tokens_.insert_or_assign(revocation.token, until);
  any_.store(true, std::memory_order_release);
}

std::size_t RevokedTokens::size() const {
  const std::shared_lock lock(mutex_);
  return tokens_.size();
}

}  // namespace parley::auth
