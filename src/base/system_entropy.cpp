// Randomness from OpenSSL, fetched one pool at a time. A salt of 32 bytes then costs a copy and not a call to the generator.
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <cstring>

#include "base/assert.hpp"
#include "base/entropy.hpp"

namespace parley {
namespace {

void fill_from_generator(std::span<std::uint8_t> bytes) {
  const int outcome = RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  PARLEY_ASSERT(outcome == 1);  // predictable salts and ids would be worse than no server
}

}  // namespace

void SystemEntropy::fill(std::span<std::uint8_t> bytes) {
  if (bytes.size() > pool_.size()) return fill_from_generator(bytes);
  if (bytes.size() > pool_.size() - pool_used_) {
    fill_from_generator(pool_);
    pool_used_ = 0;
  }
  const auto taken = std::span(pool_).subspan(pool_used_, bytes.size());
  if (taken.empty()) return;
  std::memcpy(bytes.data(), taken.data(), taken.size());
  OPENSSL_cleanse(taken.data(), taken.size());  // bytes that were given out must not stay in memory here
  pool_used_ += taken.size();
}

}  // namespace parley
