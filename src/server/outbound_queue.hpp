// What waits to be sent to one connection, as bytes in one piece: whatever is there leaves in one send. It has no bound of its own;
// its connection looks at `size` and cuts a reader that lets too much wait.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace parley::server {

class OutboundQueue {
 public:
  void append(std::string_view bytes) { bytes_.append(bytes); }
  /// For writers that build in place: append only.
  [[nodiscard]] std::string& tail() { return bytes_; }

  [[nodiscard]] std::string_view unsent() const { return std::string_view(bytes_).substr(sent_); }
  [[nodiscard]] std::size_t size() const { return bytes_.size() - sent_; }
  [[nodiscard]] bool empty() const { return size() == 0; }
  /// The first `count` bytes are gone. Memory is given back when the queue is empty or mostly sent.
  void consume(std::size_t count);
  void clear();

 private:
  std::string bytes_;
  std::size_t sent_ = 0;
};

}  // namespace parley::server
