// The bytes that wait to be sent to one connection, in one piece, so that one send takes them all. The queue has no bound of its own: its
// connection checks `size` and cuts a reader that leaves too much unread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace parley::server {

class OutboundQueue {
 public:
  void append(std::string_view bytes) { bytes_.append(bytes); }
  /// For writers that build the bytes in place: append only.
  [[nodiscard]] std::string& tail() { return bytes_; }

  [[nodiscard]] std::string_view unsent() const { return std::string_view(bytes_).substr(sent_); }
  [[nodiscard]] std::size_t size() const { return bytes_.size() - sent_; }
  [[nodiscard]] bool empty() const { return size() == 0; }
  /// The first `count` bytes are sent. Memory is released when the queue is empty or mostly sent.
  void consume(std::size_t count);
  void clear();

 private:
  std::string bytes_;
  std::size_t sent_ = 0;
};

}  // namespace parley::server
