// One non-blocking TCP connection. Receives into the poller's shared buffer, keeps only unconsumed bytes, and sends all pending bytes in
// one system call per turn.
#pragma once

#include <span>
#include <string>

#include "load/endpoint.hpp"
#include "load/poller.hpp"

namespace parley::bench {

class TcpStream final : private Poller::Target {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_open() = 0;
    /// Received bytes, after those not consumed before. The listener may change them in place. Returns the number of consumed bytes. Bytes
    /// put into the outbox during the call are sent when it returns.
    virtual std::size_t on_bytes(std::span<char> bytes) = 0;
    /// Called once, as the last call. Not called after `close()`.
    virtual void on_closed(std::string reason) = 0;
  };

  /// Starts connecting and returns before the connection is open. `poller` and `listener` must outlive the stream.
  TcpStream(Poller& poller, const Endpoint& endpoint, Listener& listener);
  ~TcpStream() override;
  TcpStream(const TcpStream&) = delete;
  TcpStream& operator=(const TcpStream&) = delete;

  [[nodiscard]] bool is_open() const { return state_ == State::open; }
  /// Append here, then flush().
  [[nodiscard]] std::string& outbox() { return outbox_; }
  /// Sends pending bytes. If the socket does not take all, the rest is sent when it is writable.
  void flush();
  void close();

 private:
  enum class State : std::uint8_t { connecting, open, closed };

  void on_ready(std::uint32_t events) override;
  void finish_connecting();
  void receive();
  void consume(std::span<char> bytes);
  void fail(std::string reason);

  Poller& poller_;
  Listener& listener_;
  State state_ = State::connecting;
  int descriptor_;
  bool waits_for_room_ = false;
  std::string outbox_;
  std::string kept_;  // received and not yet consumed
};

}  // namespace parley::bench
