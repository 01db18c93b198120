// Text in the encodings of Unicode that begin with `utf-`, as UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace parley {

/// `bytes` as UTF-8, without the byte order mark that they may begin with. `charset` is in lower case: `utf-16`, `utf-32`, either with `le`
/// or `be` after it; of every other name the bytes are UTF-8 already, and are not checked.
///
/// Order   `utf-16` and `utf-32` are big-endian when the mark says so, or when without a mark the first byte is 0: JSON begins with ASCII.
/// Errors  Half a unit at the end, a lone surrogate and a number beyond U+10FFFF become U+FFFD, as browsers decode them.
/// Size    At most three halves of the bytes given, and three bytes.
[[nodiscard]] std::string decode_unicode(std::string bytes, std::string_view charset);

}  // namespace parley
