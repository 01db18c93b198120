// The interface for an application that speaks bare Engine.IO (protocol v4). The server does heartbeat, upgrade and limits.
//
// Threads   A connection belongs to one event loop. Handlers are called on this loop, and all methods of Socket must be called on it.
// Lifetime  The server keeps a SocketHandler until on_close has returned. The application may keep the shared Socket longer and release
//           it on any thread; calls to a Socket whose connection has ended have no effect.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/event_loop.hpp"
#include "protocol/engineio/encoded_packet.hpp"

namespace parley::protocol::engineio {

enum class CloseReason : std::uint8_t {
  transport_close,  // the client closed, or the connection was lost
  transport_error,
  ping_timeout,
  parse_error,
  forced_close,  // this side closed
  server_shutting_down,
};
[[nodiscard]] std::string_view name_of(CloseReason reason);  // `transport close`, …

/// The data of the handshake.
struct Handshake {
  std::string sid;             // 20 characters
  std::string remote_address;  // textual IP, an IPv4-mapped address as IPv4
  std::string user_agent;
  std::string query;  // of the first request, undecoded
};

/// The remote end of a connection.
class Socket {
 public:
  virtual ~Socket() = default;
  [[nodiscard]] virtual const Handshake& handshake() const = 0;
  [[nodiscard]] virtual EventLoop& loop() = 0;
  [[nodiscard]] virtual bool connected() const = 0;
  /// `websocket` or `polling`: the current transport.
  [[nodiscard]] virtual std::string_view transport() const = 0;
  /// Queues a packet: encode_message(…), EncodedPacket::binary(…). All packets queued in one turn of the loop leave in one send. A reader
  /// that leaves more than limits::outbound_queue_bytes_max unread is cut.
  virtual void send(PacketPtr packet) = 0;
  /// As send, if the packet can leave in this turn. It is dropped if no poll is pending or the reader is slow.
  virtual void send_volatile(PacketPtr packet) = 0;
  /// Sends the queued packets, then closes.
  virtual void close() = 0;
  /// A user has signed in: the client no longer counts as a stranger. Only where OpenHandler::decides_later.
  virtual void let_in() = 0;
  /// A message of the client was refused or has no meaning. After many of them, the client is read more slowly.
  virtual void count_refusal() = 0;
};

/// `4` and the text, which must be valid UTF-8.
[[nodiscard]] PacketPtr encode_message(std::string_view text);

/// One open connection.
class SocketHandler {
 public:
  virtual ~SocketHandler() = default;
  /// A message, without its type; text is valid UTF-8. The views live as long as the call.
  virtual void on_text(std::string_view text) = 0;
  virtual void on_binary(BytesView bytes) = 0;
  /// Called exactly once, after the last message.
  virtual void on_close(CloseReason reason) = 0;
  /// Bytes kept of incomplete messages; asked after each message.
  [[nodiscard]] virtual std::size_t held_bytes() const { return 0; }
};

class OpenHandler {
 public:
  virtual ~OpenHandler() = default;
  /// Whether a new connection counts as a stranger's until `Socket::let_in`.
  [[nodiscard]] virtual bool decides_later() const { return false; }
  /// Called when the handshake is done; never returns null. Packets may be sent at once; they follow the open packet.
  [[nodiscard]] virtual std::unique_ptr<SocketHandler> on_open(std::shared_ptr<Socket> socket) = 0;
};

}  // namespace parley::protocol::engineio
