// Numbers that JavaScript reads and simdjson refuses: integers beyond 64 bits, exponents beyond a double.
#pragma once

#include <string>

namespace parley {

/// Replaces every number of JSON text by `0` and spaces, in place: same length, still valid where it was. False when a number is
/// malformed (RFC 8259 §6); then the text is spoilt.
[[nodiscard]] bool relax_numbers(std::string& json);
/// Rewrites every number of JSON text as the `double` next to it, the largest finite one for those beyond: for readers of the values. False
/// when a number is malformed; then the text is spoilt.
[[nodiscard]] bool round_numbers(std::string& json);

}  // namespace parley
