// Validates UTF-8 as it arrives: fails at the first byte that no continuation can make valid (RFC 3629; RFC 6455 §8.1).
#pragma once

#include <cstdint>
#include <string_view>

namespace parley::protocol::websocket {

class Utf8Validator {
 public:
  /// Takes the next piece of a text. Returns false once the bytes so far cannot begin a valid text, and always from then on.
  [[nodiscard]] bool accept(std::string_view piece);
  /// Whether the text may end here: no sequence is open and nothing failed. If so, the next text may use the same validator.
  [[nodiscard]] bool at_boundary() const { return !failed_ && pending_ == 0; }

 private:
  [[nodiscard]] bool accept_byte(std::uint8_t byte);

  std::uint8_t pending_ = 0;      // continuation bytes that the open sequence still needs
  std::uint8_t next_low_ = 0x80;  // lowest value of the next continuation byte
  std::uint8_t next_high_ = 0xBF;
  bool failed_ = false;
};

}  // namespace parley::protocol::websocket
