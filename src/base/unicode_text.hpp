// Converts text in the Unicode encodings named `utf-…` to UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace parley {

/// Returns `bytes` as UTF-8, without a leading byte order mark. `charset` is in lower case: `utf-16` or `utf-32`, optionally followed by
/// `le` or `be`. With any other name the bytes are taken as UTF-8 and are not checked.
///
/// Order   `utf-16` and `utf-32` are big-endian if the mark says so, or if there is no mark and the first byte is 0 (JSON is ASCII there).
/// Errors  Half a unit at the end, a lone surrogate and a number beyond U+10FFFF become U+FFFD, as in browsers.
/// Size    The result has at most 3/2 times the given bytes, plus three bytes.
[[nodiscard]] std::string decode_unicode(std::string bytes, std::string_view charset);

}  // namespace parley
