// A queue with access by index. It takes no memory while it is empty; an empty std::deque takes 576 bytes, and each session has several.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace parley {

/// Adding and taking cost O(1) on average. Adding invalidates references. Threads: its owner's.
template <typename T>
class Queue {
 public:
  [[nodiscard]] bool empty() const { return items_.size() == first_; }
  [[nodiscard]] std::size_t size() const { return items_.size() - first_; }
  [[nodiscard]] T& operator[](std::size_t index) { return items_[first_ + index]; }
  [[nodiscard]] const T& operator[](std::size_t index) const { return items_[first_ + index]; }
  [[nodiscard]] T& front() { return items_[first_]; }
  [[nodiscard]] T& back() { return items_.back(); }
  [[nodiscard]] std::span<T> items() { return std::span(items_).subspan(first_); }
  [[nodiscard]] std::span<const T> items() const { return std::span(items_).subspan(first_); }

  void push(T item) { items_.push_back(std::move(item)); }
  /// Takes the first item; there is one.
  T pop() {
    T item = std::move(items_[first_++]);
    if (empty()) {
      clear();
    } else if (first_ >= holes_max && first_ * 2 >= items_.size()) {
      items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(first_));
      first_ = 0;
    }
    return item;
  }
  /// Takes the last item; there is one.
  T pop_back() {
    T item = std::move(items_.back());
    items_.pop_back();
    if (empty()) clear();
    return item;
  }
  void clear() {
    first_ = 0;
    if (items_.capacity() > kept_max)
      std::vector<T>().swap(items_);
    else
      items_.clear();
  }

 private:
  static constexpr std::size_t holes_max = 32;
  static constexpr std::size_t kept_max = 8;  // items; a larger buffer is freed once it is empty

  std::vector<T> items_;
  std::size_t first_ = 0;  // the items before it were taken
};

}  // namespace parley
