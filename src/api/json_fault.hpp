// Finds the place where a text stops being JSON, so that its author can fix it. Slower than validating; only called for invalid text.
#pragma once

#include <string>
#include <string_view>

namespace parley::api {

/// `Invalid JSON near byte 17`, counted from 0. If the place is unknown: `Invalid JSON`, followed by the reason if it is known.
[[nodiscard]] std::string describe_json_fault(std::string_view text);

}  // namespace parley::api
