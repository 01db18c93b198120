// Numbers that JavaScript reads and simdjson refuses: integers beyond 64 bits, exponents beyond a double.
#pragma once

#include <string>

namespace parley {

/// Replaces every number of JSON text by `0` and spaces, in place: same length, still valid where it was. False when a number is
/// malformed (RFC 8259 §6); then the text is spoilt.
[[nodiscard]] bool relax_numbers(std::string& json);

}  // namespace parley
