// The tokens that were signed out, as this process knows them.
//
// Limits   As many as the store keeps (limits::revocations_max): only what was revoked there enters. What has expired is forgotten as
//          others come in, limits::revocation_margin later by the steady clock: the time of day may be wrong and corrected meanwhile.
// Threads  any. While nothing is revoked, asking costs one load.
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
  std::unordered_map<domain::TokenId, std::optional<SteadyTime>, domain::TokenIdHash> tokens_;  // guarded by mutex_: until when
  std::size_t look_for_dead_at_ = 1024;                                                         // guarded by mutex_
};

}  // namespace parley::auth
