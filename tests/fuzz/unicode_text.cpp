// Decodes a request body. From UTF-16 and UTF-32 the result is valid UTF-8 of bounded size, for any bytes. With any other charset the bytes
// stay the same, except that a byte order mark is removed.
#include "base/unicode_text.hpp"
#include "base/utf8.hpp"
#include "support/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using parley::fuzz::require;
  const std::string bytes(parley::fuzz::view(data, size));
  for (const char* charset : {"utf-16", "utf-16le", "utf-16be", "utf-32", "utf-32le", "utf-32be"}) {
    const auto text = parley::decode_unicode(bytes, charset);
    require(parley::is_valid_utf8(text));
    require(text.size() <= bytes.size() + bytes.size() / 2 + 3);
  }
  for (const char* charset : {"", "utf-8", "utf-7"}) {
    const auto text = parley::decode_unicode(bytes, charset);
    require(bytes.ends_with(text) && bytes.size() - text.size() <= 3);
  }
  return 0;
}
