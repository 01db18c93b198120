// Hashes against the vectors of their standards, from several threads, and checksums computed in two ways.
#include "base/hash.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "base/crc32c.hpp"

namespace parley {
namespace {

template <std::size_t N>
std::string hex(const std::array<std::uint8_t, N>& bytes) {
  return to_hex(view_of(bytes));
}

TEST(Sha256, agrees_with_fips_180) {
  EXPECT_EQ(hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256({"abc"})), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256({"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"})),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, pieces_are_hashed_as_one_text) {
  EXPECT_EQ(sha256({"a", "", "bc"}), sha256({"abc"}));
  EXPECT_NE(sha256({"ab", "c"}), sha256({"ab", "d"}));
}

TEST(Md5, agrees_with_rfc_1321) {
  EXPECT_EQ(hex(md5({})), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(hex(md5({"abc"})), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(hex(md5({"message ", "digest"})), "f96b697d7cb7938d525a2f31aaf161d0");
}

TEST(Sha1, agrees_with_fips_180) {
  EXPECT_EQ(hex(sha1({"abc"})), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex(sha1({""})), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

TEST(Sha1, gives_the_websocket_accept_key_of_rfc_6455) {
  const auto digest = sha1({"dGhlIHNhbXBsZSBub25jZQ==", "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"});
  EXPECT_EQ(to_base64(view_of(digest)), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

// RFC 4231, test cases 1, 2, 3, 6 and 7.
TEST(HmacSha256, agrees_with_rfc_4231) {
  EXPECT_EQ(hex(hmac_sha256(Bytes(20, '\x0b'), {"Hi There"})), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex(hmac_sha256("Jefe", {"what do ya want ", "for nothing?"})),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(hmac_sha256(Bytes(20, '\xaa'), {Bytes(50, '\xdd')})), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(hex(hmac_sha256(Bytes(131, '\xaa'), {"Test Using Larger Than Block-Size Key - Hash Key First"})),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(hex(hmac_sha256(Bytes(131, '\xaa'), {"This is a test using a larger than block-size key and a larger than block-size data. The "
                                                 "key needs to be hashed before being used by the HMAC algorithm."})),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

TEST(HmacSha256, a_key_of_one_block_is_used_as_it_is_and_one_byte_more_is_hashed) {
  const Bytes block(64, 'k');
  const Bytes longer(65, 'k');
  EXPECT_EQ(hmac_sha256(longer, {"text"}), hmac_sha256(view_of(sha256({longer})), {"text"}));
  EXPECT_NE(hmac_sha256(block, {"text"}), hmac_sha256(view_of(sha256({block})), {"text"}));
}

TEST(HmacSha256, an_empty_key_is_a_key) {
  EXPECT_EQ(hex(hmac_sha256("", {""})), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

// RFC 2202, test cases 1, 2 and 6.
TEST(HmacSha1, agrees_with_rfc_2202) {
  EXPECT_EQ(hex(hmac_sha1(Bytes(20, '\x0b'), "Hi There")), "b617318655057264e28bc0b6fb378c8ef146be00");
  EXPECT_EQ(hex(hmac_sha1("Jefe", "what do ya want for nothing?")), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(hex(hmac_sha1(Bytes(80, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "aa4ae5e15272d00e95705637ce8a3b55ed402112");
}

TEST(Hashes, one_context_a_thread_serves_all_calls_of_many_threads) {
  const Digest32 plain = sha256({"abc"});
  const Digest32 keyed = hmac_sha256("key", {"abc"});
  std::vector<int> wrong(4);
  std::vector<std::thread> threads;
  for (int& count : wrong) {
    threads.emplace_back([&count, &plain, &keyed] {
      for (int round = 0; round < 500; ++round) {
        count += sha256({"abc"}) == plain ? 0 : 1;
        count += hmac_sha256("key", {"abc"}) == keyed ? 0 : 1;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4));
}

TEST(ConstantTime, equal_means_same_length_and_same_bytes) {
  EXPECT_TRUE(equal_constant_time("", ""));
  EXPECT_TRUE(equal_constant_time("secret", "secret"));
  EXPECT_FALSE(equal_constant_time("secret", "secreT"));
  EXPECT_FALSE(equal_constant_time("secret", "Secret"));
  EXPECT_FALSE(equal_constant_time("secret", "secret "));
  EXPECT_FALSE(equal_constant_time("secret", ""));
}

// RFC 3720 §B.4
TEST(Crc32c, agrees_with_rfc_3720) {
  Bytes ascending;
  for (char byte = 0; byte < 32; ++byte) ascending.push_back(byte);
  EXPECT_EQ(crc32c({Bytes(32, '\0')}), 0x8a9136aau);
  EXPECT_EQ(crc32c({Bytes(32, '\xff')}), 0x62a8ab43u);
  EXPECT_EQ(crc32c({ascending}), 0x46dd794eu);
  EXPECT_EQ(crc32c({"123456789"}), 0xe3069283u);
}

TEST(Crc32c, both_ways_agree_at_every_length_and_cut) {
  Bytes bytes;
  for (int index = 0; index < 200; ++index) bytes.push_back(static_cast<char>(index * 31 + 7));
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const BytesView whole = BytesView(bytes).substr(0, size);
    const BytesView first = whole.substr(0, size / 3);
    const BytesView second = whole.substr(size / 3);
    EXPECT_EQ(crc32c({whole}), crc32c_portable({whole})) << size;
    EXPECT_EQ(crc32c({first, second}), crc32c({whole})) << size;
  }
}

TEST(Crc32c, every_flipped_bit_changes_it) {
  const Bytes bytes = "the quick brown fox jumps over the lazy dog";
  const std::uint32_t checksum = crc32c({bytes});
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(crc32c({damaged}), checksum) << bit;
  }
}

}  // namespace
}  // namespace parley
