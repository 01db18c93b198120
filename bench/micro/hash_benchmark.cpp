// Shows why base/hash.cpp builds HMAC from one reused hash context. Measures OpenSSL's alternatives with a new key each time.
#include <benchmark/benchmark.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>

#include "base/crc32c.hpp"
#include "base/hash.hpp"

namespace {

using namespace parley;

const Bytes message(160, 'x');
Secret32 key{};

void sha256_of_a_core(benchmark::State& state) {
  const Bytes core(140, 'c');
  for (auto _ : state) benchmark::DoNotOptimize(sha256({view_of(key), core}));
}
BENCHMARK(sha256_of_a_core);

void hmac_ours(benchmark::State& state) {
  for (auto _ : state) {
    ++key[0];
    benchmark::DoNotOptimize(hmac_sha256(view_of(key), {message}));
  }
}
BENCHMARK(hmac_ours);

void hmac_evp_mac_reused(benchmark::State& state) {
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  EVP_MAC_CTX* context = EVP_MAC_CTX_new(mac);
  char digest_name[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string("digest", digest_name, 0), OSSL_PARAM_construct_end()};
  EVP_MAC_CTX_set_params(context, parameters);
  Digest32 digest;
  for (auto _ : state) {
    ++key[0];
    std::size_t size = 0;
    EVP_MAC_init(context, key.data(), key.size(), nullptr);
    EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(message.data()), message.size());
    EVP_MAC_final(context, digest.data(), &size, digest.size());
    benchmark::DoNotOptimize(digest);
  }
  EVP_MAC_CTX_free(context);
  EVP_MAC_free(mac);
}
BENCHMARK(hmac_evp_mac_reused);

void hmac_one_shot(benchmark::State& state) {
  Digest32 digest;
  for (auto _ : state) {
    ++key[0];
    unsigned size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(message.data()), message.size(),
         digest.data(), &size);
    benchmark::DoNotOptimize(digest);
  }
}
BENCHMARK(hmac_one_shot);

void checksum_with_instruction(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(crc32c({message, message}));
}
BENCHMARK(checksum_with_instruction);

void checksum_with_table(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(crc32c_portable({message, message}));
}
BENCHMARK(checksum_with_table);

}  // namespace
