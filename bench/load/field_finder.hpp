// Finds one known field in JSON of a known shape without parsing it. The search begins at the earliest place where the field ever was, so
// it reads only a few bytes. Use it only for texts without a similar field (load/message_text.hpp). Data that is judged after the run is
// parsed completely (load/chat_rest.cpp).
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace parley::bench {

class FieldFinder {
 public:
  /// `prefix`: the text before the value, e.g. `"id":"`.
  explicit FieldFinder(std::string prefix) : prefix_(std::move(prefix)) {}

  /// The value up to (not including) the next `"`; empty if the field or its end is missing.
  [[nodiscard]] std::string_view find(std::string_view json) {
    const std::size_t begin = value_begin(json);
    if (begin == std::string_view::npos) return {};
    const std::size_t end = json.find('"', begin);
    if (end == std::string_view::npos) return {};
    return json.substr(begin, end - begin);
  }

 private:
  std::size_t value_begin(std::string_view json) {
    std::size_t at = json.find(prefix_, earliest_);
    if (at == std::string_view::npos) at = json.find(prefix_);
    if (at == std::string_view::npos) return at;
    earliest_ = std::min(earliest_, at);
    return at + prefix_.size();
  }

  std::string prefix_;
  std::size_t earliest_ = std::string_view::npos;  // the earliest place so far; beyond the end: search all
};

}  // namespace parley::bench
