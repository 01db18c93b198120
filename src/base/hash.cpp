// SHA-2, SHA-1 and HMAC over OpenSSL's EVP. Algorithms are fetched once and contexts are kept per thread: fetching and allocating cost more
// than hashing a message. HMAC is RFC 2104 over the same contexts. EVP_MAC would allocate three contexts per key, and here the key changes
// with every message (bench/micro/hash_benchmark.cpp).
#include "base/hash.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <cstring>
#include <memory>

#include "base/assert.hpp"

namespace parley {
namespace {

constexpr std::size_t block_bytes = 64;  // the same for SHA-1 and SHA-256 (FIPS 180-4 §1)

struct DeleteContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
struct DeleteAlgorithm {
  void operator()(EVP_MD* algorithm) const { EVP_MD_free(algorithm); }
};

/// One hash algorithm with the calling thread's context for it.
class Hasher {
 public:
  explicit Hasher(const char* name) : algorithm_(EVP_MD_fetch(nullptr, name, nullptr)), context_(EVP_MD_CTX_new()) {
    PARLEY_ASSERT(algorithm_ != nullptr && context_ != nullptr);
  }

  void start() { PARLEY_ASSERT(EVP_DigestInit_ex2(context_.get(), algorithm_.get(), nullptr) == 1); }
  void add(BytesView piece) { PARLEY_ASSERT(EVP_DigestUpdate(context_.get(), piece.data(), piece.size()) == 1); }

  template <std::size_t N>
  void finish(std::array<std::uint8_t, N>& digest) {
    unsigned size_bytes = 0;
    PARLEY_ASSERT(EVP_DigestFinal_ex(context_.get(), digest.data(), &size_bytes) == 1);
    PARLEY_ASSERT(size_bytes == N);
  }

 private:
  std::unique_ptr<EVP_MD, DeleteAlgorithm> algorithm_;
  std::unique_ptr<EVP_MD_CTX, DeleteContext> context_;
};

Hasher& sha256_hasher() {
  thread_local Hasher hasher("SHA256");
  return hasher;
}

Hasher& sha1_hasher() {
  thread_local Hasher hasher("SHA1");
  return hasher;
}

template <std::size_t N>
std::array<std::uint8_t, N> hash(Hasher& hasher, std::initializer_list<BytesView> pieces) {
  std::array<std::uint8_t, N> digest;
  hasher.start();
  for (const BytesView piece : pieces) hasher.add(piece);
  hasher.finish(digest);
  return digest;
}

using Block = std::array<std::uint8_t, block_bytes>;

/// The key as RFC 2104 §2 requires: hashed if longer than a block, then padded with zeros.
template <std::size_t N>
Block key_block(Hasher& hasher, BytesView key) {
  Block block{};
  if (key.size() > block_bytes) {
    const auto digest = hash<N>(hasher, {key});
    std::memcpy(block.data(), digest.data(), digest.size());
  } else if (!key.empty()) {
    std::memcpy(block.data(), key.data(), key.size());
  }
  return block;
}

void exclusive_or(Block& block, std::uint8_t pad) {
  for (auto& byte : block) byte ^= pad;
}

template <std::size_t N>
std::array<std::uint8_t, N> hmac(Hasher& hasher, BytesView key, std::initializer_list<BytesView> pieces) {
  constexpr std::uint8_t inner_pad = 0x36;
  constexpr std::uint8_t outer_pad = 0x5c;
  std::array<std::uint8_t, N> inner;
  Block block = key_block<N>(hasher, key);
  exclusive_or(block, inner_pad);
  hasher.start();
  hasher.add(view_of(block));
  for (const BytesView piece : pieces) hasher.add(piece);
  hasher.finish(inner);
  exclusive_or(block, inner_pad ^ outer_pad);
  const auto code = hash<N>(hasher, {view_of(block), view_of(inner)});
  OPENSSL_cleanse(block.data(), block.size());
  return code;
}

}  // namespace

Digest32 sha256(std::initializer_list<BytesView> pieces) {
  return hash<32>(sha256_hasher(), pieces);
}

std::array<std::uint8_t, 20> sha1(std::initializer_list<BytesView> pieces) {
  return hash<20>(sha1_hasher(), pieces);
}

std::array<std::uint8_t, 16> md5(std::initializer_list<BytesView> pieces) {
  Hasher hasher("MD5");  // called rarely, so its context is not kept
  return hash<16>(hasher, pieces);
}

Digest32 hmac_sha256(BytesView key, std::initializer_list<BytesView> pieces) {
  return hmac<32>(sha256_hasher(), key, pieces);
}

std::array<std::uint8_t, 20> hmac_sha1(BytesView key, BytesView message) {
  return hmac<20>(sha1_hasher(), key, {message});
}

bool equal_constant_time(BytesView left, BytesView right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace parley
