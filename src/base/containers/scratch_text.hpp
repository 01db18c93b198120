// A text that is written, copied and thrown away, such as the JSON of an event. It keeps its memory for the next one of its thread.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

namespace parley {

/// Owner: one thread. One inside another gets memory of its own.
class ScratchText {
 public:
  ScratchText() : text_(std::exchange(kept(), std::string())) {}
  ~ScratchText() {
    text_.clear();
    if (text_.capacity() <= kept_bytes_max) kept() = std::move(text_);
  }
  ScratchText(const ScratchText&) = delete;
  ScratchText& operator=(const ScratchText&) = delete;

  /// Empty at first.
  [[nodiscard]] std::string& text() { return text_; }

 private:
  static constexpr std::size_t kept_bytes_max = 64 * 1024;
  static std::string& kept() {
    thread_local std::string kept;
    return kept;
  }

  std::string text_;
};

}  // namespace parley
