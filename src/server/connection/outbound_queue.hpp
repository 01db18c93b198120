// The bytes that wait to be sent to one connection, in one piece, so that one send takes them all. The queue has no bound of its own: its
// connection checks `size` and cuts a reader that leaves too much unread.
//
// Memory  An empty queue keeps none: it gives its memory to the next queue of its thread that has bytes. So steady traffic takes no memory
//         and an idle connection costs none.
// Owner   A connection's loop.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace parley::server {

class OutboundQueue {
 public:
  void append(std::string_view bytes) { tail().append(bytes); }
  /// For writers that build the bytes in place: append only.
  [[nodiscard]] std::string& tail() {
    if (!has_memory()) take_memory();
    return bytes_;
  }

  [[nodiscard]] std::string_view unsent() const { return std::string_view(bytes_).substr(sent_); }
  [[nodiscard]] std::size_t size() const { return bytes_.size() - sent_; }
  [[nodiscard]] bool empty() const { return size() == 0; }
  /// The first `count` bytes are sent. Memory is released when the queue is empty or mostly sent.
  void consume(std::size_t count);
  void clear();
  /// Outside the object.
  [[nodiscard]] std::size_t memory_bytes() const { return has_memory() ? bytes_.capacity() : 0; }

 private:
  [[nodiscard]] bool has_memory() const { return bytes_.capacity() >= sizeof(std::string); }
  void take_memory();

  std::string bytes_;
  std::size_t sent_ = 0;
};

}  // namespace parley::server
