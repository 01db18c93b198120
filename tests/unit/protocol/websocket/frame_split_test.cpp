// The result must not depend on how the bytes are split into inputs, because a network splits them anywhere.
#include <gtest/gtest.h>

#include <random>

#include "unit/protocol/websocket/frame_script.hpp"

namespace parley::protocol::websocket::test {
namespace {

std::vector<std::string> conversations() {
  return {
      frame(Opcode::text, "Hello") + frame(Opcode::ping, "p") + frame(Opcode::binary, std::string(200, 'b')) +
          frame(Opcode::close, "\x03\xe8 bye"),
      fragment(Opcode::text, "κό") + frame(Opcode::ping, std::string(125, 'q')) + fragment(Opcode::continuation, "") +
          frame(Opcode::continuation, "σμε \xF0\x9F\x98\x80") + frame(Opcode::pong, "") + frame(Opcode::text, ""),
      frame(Opcode::text, "fine") + frame(Opcode::text, "\xce\xba\xed\xa0\x80 no"),
      fragment(Opcode::text, "half") + frame(Opcode::text, "wrong"),
      frame(Opcode::text, "ends in half a code point \xcd"),
      frame(Opcode::close, "\x03"),
      frame(Opcode::text, "ok") + raw_frame(0x83, "reserved") + frame(Opcode::text, "never"),
      frame(Opcode::binary, std::string(70'000, 'x')) + frame(Opcode::text, "after"),
  };
}

/// Decodes `bytes` in two inputs.
std::vector<Said> decode_cut_at(const std::string& bytes, std::size_t cut) {
  FrameDecoder decoder;
  std::vector<Said> out;
  for (const std::string& part : {bytes.substr(0, cut), bytes.substr(cut)}) {
    std::vector<char> own(part.begin(), part.end());
    decoder.feed(own);
    collect(decoder, out);
  }
  return out;
}

TEST(FrameSplit, one_cut_anywhere_changes_nothing) {
  for (const std::string& bytes : conversations()) {
    const std::vector<Said> whole = decode(bytes);
    const std::size_t step = bytes.size() > 10'000 ? 997 : 1;
    for (std::size_t cut = 0; cut <= bytes.size(); cut += step) {
      ASSERT_EQ(decode_cut_at(bytes, cut), whole) << "cut at " << cut;
    }
  }
}

TEST(FrameSplit, pieces_of_any_size_change_nothing) {
  for (const std::string& bytes : conversations()) {
    const std::vector<Said> whole = decode(bytes);
    for (std::size_t size = 1; size <= 40; ++size) {
      ASSERT_EQ(decode(bytes, size), whole) << "pieces of " << size;
    }
  }
}

/// A random conversation of valid frames.
std::string random_conversation(std::mt19937& random) {
  const auto below = [&](int bound) { return static_cast<int>(random() % static_cast<unsigned>(bound)); };
  const auto payload = [&](int bound) { return std::string(static_cast<std::size_t>(below(bound)), static_cast<char>('a' + below(26))); };
  std::string out;
  for (int message = 0; message < 8; ++message) {
    Opcode opcode = below(2) == 0 ? Opcode::text : Opcode::binary;
    for (int fragments = below(4); fragments > 0; --fragments) {
      out += fragment(opcode, payload(300));
      out += below(3) == 0 ? frame(Opcode::ping, payload(126)) : "";
      opcode = Opcode::continuation;
    }
    out += frame(opcode, payload(70'000 >> (2 * below(6))));
  }
  return out;
}

TEST(FrameSplit, random_conversations_in_random_pieces_change_nothing) {
  std::mt19937 random(7);
  for (int round = 0; round < 100; ++round) {
    const std::string bytes = random_conversation(random);
    const std::vector<Said> whole = decode(bytes);
    ASSERT_FALSE(whole.empty());
    ASSERT_NE(whole.back().kind, Decoded::Kind::error);
    FrameDecoder decoder;
    std::vector<Said> cut;
    for (std::size_t position = 0; position < bytes.size();) {
      const std::size_t size = std::min<std::size_t>(1 + random() % 5'000, bytes.size() - position);
      std::vector<char> own(bytes.begin() + static_cast<std::ptrdiff_t>(position),
                            bytes.begin() + static_cast<std::ptrdiff_t>(position + size));
      decoder.feed(own);
      collect(decoder, cut);
      position += size;
    }
    ASSERT_EQ(cut, whole) << "round " << round;
  }
}

TEST(FrameSplit, random_bytes_are_judged_alike_whole_and_in_pieces) {
  std::mt19937 random(11);
  for (int round = 0; round < 2'000; ++round) {
    std::string bytes(1 + random() % 64, '\0');
    for (char& byte : bytes) {
      byte = static_cast<char>(random());
    }
    bytes[0] = static_cast<char>((random() & 0x80) | (random() % 11));  // most inputs pass the first check
    bytes.push_back('\0');
    bytes[1] = static_cast<char>(0x80 | (random() % 20));
    ASSERT_EQ(decode(bytes, 1 + round % 7), decode(bytes)) << "round " << round;
  }
}

}  // namespace
}  // namespace parley::protocol::websocket::test
