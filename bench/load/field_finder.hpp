// Finds one known field in one known shape of JSON without parsing it: the search begins at the earliest place where the field ever
// was, so it looks at a few bytes. Good for texts that a benchmark knows to hold no look-alike (load/message_text.hpp); everything that is
// judged afterwards is parsed in full (load/read_back.cpp).
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace parley::bench {

class FieldFinder {
 public:
  /// `prefix`: what stands before the value, e.g. `"id":"`.
  explicit FieldFinder(std::string prefix) : prefix_(std::move(prefix)) {}

  /// The value up to (not including) the next `"`; empty when the field or its end is missing.
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
  std::size_t earliest_ = std::string_view::npos;  // so far; beyond the end: search all
};

}  // namespace parley::bench
