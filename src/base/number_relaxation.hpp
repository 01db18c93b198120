// Numbers that JavaScript accepts and simdjson refuses: integers beyond 64 bits, exponents beyond a double.
#pragma once

#include <string>

namespace parley {

/// Replaces every number of JSON text by `0` and spaces, in place. The length stays the same and valid JSON stays valid. Returns false if a
/// number is malformed (RFC 8259 §6); the text is then unusable.
[[nodiscard]] bool relax_numbers(std::string& json);
/// Rewrites every number of JSON text as the nearest `double`, for code that reads the values. Numbers beyond the range become the largest
/// finite double. Returns false and leaves the text alone if a number is malformed.
[[nodiscard]] bool round_numbers(std::string& json);

}  // namespace parley
