#pragma once

#include <string>
#include <string_view>

namespace parley {

/// Replaces each `name` (not empty) in `text` by `value`. The inserted `value` is not searched again.
inline void replace_all(std::string& text, std::string_view name, std::string_view value) {
  for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size())) text.replace(at, name.size(), value);
}

}  // namespace parley
