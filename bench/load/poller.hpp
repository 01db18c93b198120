// The only event loop of the load client: epoll, level-triggered, one thread. Idle connections cost nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

namespace parley::bench {

class Poller {
 public:
  class Target {
   public:
    virtual ~Target() = default;
    /// `events`: the bits of epoll_wait(2).
    virtual void on_ready(std::uint32_t events) = 0;
  };

  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// `events`: EPOLLIN, EPOLLOUT or both. Remove a target before it is destroyed, and not while `wait` is calling another target.
  void add(int descriptor, std::uint32_t events, Target& target);
  void change(int descriptor, std::uint32_t events, Target& target);
  void remove(int descriptor);

  /// Calls every ready target. Waits at most `timeout` for the first one.
  void wait(std::chrono::nanoseconds timeout);

  /// A buffer for one receive. The target that is being called may use it.
  [[nodiscard]] char* receive_buffer() { return receive_buffer_.get(); }
  static constexpr std::size_t receive_buffer_bytes = 256 * 1024;  // holds a page of 1,000 messages in two receives

 private:
  int descriptor_;
  std::unique_ptr<char[]> receive_buffer_;
};

}  // namespace parley::bench
