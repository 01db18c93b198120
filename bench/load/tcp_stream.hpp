// One non-blocking TCP connection: receives into the poller's shared buffer, keeps only what was not consumed, and sends everything
// that waits in one system call a turn.
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
    /// Bytes that arrived, behind those not consumed before; they may be changed in place. Returns how many are consumed. What is put
    /// into the outbox meanwhile leaves when the call returns.
    virtual std::size_t on_bytes(std::span<char> bytes) = 0;
    /// Once; nothing comes after it. Not called for `close()`.
    virtual void on_closed(std::string reason) = 0;
  };

  /// The connection is being made when this returns. `poller` and `listener` outlive the stream.
  TcpStream(Poller& poller, const Endpoint& endpoint, Listener& listener);
  ~TcpStream() override;
  TcpStream(const TcpStream&) = delete;
  TcpStream& operator=(const TcpStream&) = delete;

  [[nodiscard]] bool is_open() const { return state_ == State::open; }
  /// Append here, then flush().
  [[nodiscard]] std::string& outbox() { return outbox_; }
  /// Sends what waits; what the socket does not take goes when it can.
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
  std::string kept_;  // received, not consumed
};

}  // namespace parley::bench
