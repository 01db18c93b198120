// The revoked tokens that this process knows.
//
// Limits   As many as the store keeps (limits::revocations_max): only tokens revoked there are added. Expired tokens are removed when
//          others are added, limits::revocation_margin later by the steady clock: the wall clock may be wrong and be corrected meanwhile.
// Threads  any. While no token is revoked, `contains` costs one load.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <shared_mutex>
#include <unordered_map>

#include "domain/revocation.hpp"

namespace parley::auth {

class RevokedTokens {
 public:
  [[nodiscard]] bool contains(const domain::TokenId& token) const;
  void add(const domain::Revocation& revocation, const Clock& clock);
  [[nodiscard]] std::size_t size() const;

 private:
  std::atomic<bool> any_ = false;
  mutable std::shared_mutex mutex_;
  std::unordered_map<domain::TokenId, std::optional<SteadyTime>, domain::TokenIdHash> tokens_;  // guarded by mutex_; the value: kept until
  std::size_t look_for_dead_at_ = 1024;                                                         // guarded by mutex_
};

}  // namespace parley::auth
