// One Socket.IO client connection (Engine.IO v4 over WebSocket) of the load client: handshake, CONNECT, heartbeat, then packets as text.
// All frames of one receive are handled in one call. Everything that is sent during this call goes out in one send.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "load/random.hpp"
#include "load/tcp_stream.hpp"
#include "protocol/websocket/frame_codec.hpp"

namespace parley::bench {

class SocketConnection final : private TcpStream::Listener {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    /// The namespace is connected, and events may be sent.
    virtual void on_connected(SocketConnection& connection) = 0;
    /// `packet`: from the `42` on, valid UTF-8. The views are valid only during the call.
    virtual void on_event(SocketConnection& connection, std::string_view packet) = 0;
    /// `json`: the array of arguments.
    virtual void on_ack(SocketConnection& connection, std::uint64_t id, std::string_view json) = 0;
    /// Called once, if the connection is refused, broken or closed by the server.
    virtual void on_closed(SocketConnection& connection, const std::string& reason) = 0;
  };

  /// Shared by all connections; must outlive them.
  struct Shared {
    Poller& poller;
    Endpoint endpoint;
    Clock& clock;
    Random& random;
    Listener& listener;
  };

  /// `number`: the listener's own number for the connection.
  SocketConnection(Shared& shared, std::size_t number, std::string token);

  [[nodiscard]] std::size_t number() const { return number_; }
  /// The time at which the bytes of the current call were received.
  [[nodiscard]] SteadyTime received_at() const { return received_at_; }

  /// Appends one Engine.IO text packet (`42[…]`) to the outbox.
  void put(std::string_view engineio_packet);
  void flush() { stream_.flush(); }

 private:
  enum class State : std::uint8_t { upgrading, opening, connecting, connected };

  void on_open() override;
  std::size_t on_bytes(std::span<char> bytes) override;
  void on_closed(std::string reason) override;

  std::size_t finish_upgrade(std::string_view bytes);
  void on_frames(std::span<char> bytes);
  void on_packet(std::string_view packet);
  void on_message(std::string_view packet);
  void on_socketio_ack(std::string_view packet);
  void fail(const std::string& reason);

  Shared& shared_;
  std::size_t number_;
  std::string token_;
  std::string key_;
  State state_ = State::upgrading;
  SteadyTime received_at_{};
  protocol::websocket::FrameDecoder decoder_;
  TcpStream stream_;
};

}  // namespace parley::bench
