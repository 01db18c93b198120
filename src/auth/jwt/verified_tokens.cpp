#include "auth/jwt/verified_tokens.hpp"

#include <algorithm>

namespace parley::auth {

VerifiedTokens::VerifiedTokens(std::size_t tokens_max)
    : generation_max_(std::max<std::size_t>(1, tokens_max / (2 * std::tuple_size_v<decltype(shards_)>))) {}

std::shared_ptr<const Claims> VerifiedTokens::find(std::string_view token) {
  auto& shard = shard_of(token);
  const std::lock_guard lock(shard.mutex);
  if (const auto found = shard.young.find(token); found != shard.young.end()) return found->second;
  const auto found = shard.old.find(token);
  if (found == shard.old.end()) return nullptr;
  auto claims = found->second;
  insert(shard, token, claims);
  return claims;
}

void VerifiedTokens::remember(std::string_view token, std::shared_ptr<const Claims> claims) {
  auto& shard = shard_of(token);
  const std::lock_guard lock(shard.mutex);
  insert(shard, token, std::move(claims));
}

void VerifiedTokens::insert(Shard& shard, std::string_view token, std::shared_ptr<const Claims> claims) {
  if (shard.young.size() >= generation_max_) {
    shard.old = std::move(shard.young);
    shard.young.clear();
  }
  shard.young.insert_or_assign(std::string(token), std::move(claims));
}

}  // namespace parley::auth
