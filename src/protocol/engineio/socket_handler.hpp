// What an application implements to speak bare Engine.IO (protocol v4). Heartbeat, upgrade and limits are the server's.
//
// Threads   A connection belongs to one event loop. Everything here is called on that loop, and every method of Socket must be.
// Lifetime  The server keeps a SocketHandler until on_close has returned; the application may keep the shared Socket longer and let
//           go of it on any thread, a Socket that has gone ignores what it is told.
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
  transport_close,  // the client said so, or its connection went
  transport_error,
  ping_timeout,
  parse_error,
  forced_close,  // this side said so
  server_shutting_down,
};
[[nodiscard]] std::string_view name_of(CloseReason reason);  // `transport close`, …

/// What was known when the connection was made.
struct Handshake {
  std::string sid;             // 20 characters
  std::string remote_address;  // textual IP, an IPv4-mapped address as IPv4
  std::string user_agent;
  std::string query;  // of the first request, undecoded
};

/// The other end.
class Socket {
 public:
  virtual ~Socket() = default;
  [[nodiscard]] virtual const Handshake& handshake() const = 0;
  [[nodiscard]] virtual EventLoop& loop() = 0;
  [[nodiscard]] virtual bool connected() const = 0;
  /// `websocket` or `polling`, now.
  [[nodiscard]] virtual std::string_view transport() const = 0;
  /// Queues a packet: encode_message(…), EncodedPacket::binary(…). Everything queued in one turn of the loop leaves in one send. A
  /// reader that lets more than limits::outbound_queue_bytes_max wait is cut.
  virtual void send(PacketPtr packet) = 0;
  /// As send, if the packet can leave in this turn; otherwise it is dropped: no poll waits for it, or the reader is behind.
  virtual void send_volatile(PacketPtr packet) = 0;
  /// Sends what is queued, then closes.
  virtual void close() = 0;
  /// Somebody has signed in: the client no longer counts as a stranger. Only where OpenHandler::decides_later.
  virtual void let_in() = 0;
  /// A message of it was refused, or means nothing: when there are many, the client is read more slowly.
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
  /// Exactly once, after the last message.
  virtual void on_close(CloseReason reason) = 0;
  /// Bytes that it keeps of messages which are not whole yet; asked after each message.
  [[nodiscard]] virtual std::size_t held_bytes() const { return 0; }
};

class OpenHandler {
 public:
  virtual ~OpenHandler() = default;
  /// Whether an open connection is a stranger's until `Socket::let_in`.
  [[nodiscard]] virtual bool decides_later() const { return false; }
  /// Called when the handshake is done; never returns null. The socket may be sent to at once: what is sent follows the open packet.
  [[nodiscard]] virtual std::unique_ptr<SocketHandler> on_open(std::shared_ptr<Socket> socket) = 0;
};

}  // namespace parley::protocol::engineio
