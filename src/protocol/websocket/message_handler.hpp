// The interface for an application that speaks bare WebSocket. The server handles pings, fragments, limits and the closing handshake.
//
// Threads   A connection belongs to one event loop. Handlers are called on this loop; all methods of Connection must be called on it.
// Lifetime  The server keeps a MessageHandler until on_close has returned. The application may keep the shared Connection longer;
//           calls to a Connection that has ended have no effect.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/event_loop.hpp"

namespace parley::protocol::websocket {

enum class MessageKind : std::uint8_t { text, binary };

/// The data of the handshake.
struct OpenRequest {
  std::string target;          // as sent, with the query
  std::string remote_address;  // textual IP, an IPv4-mapped address as IPv4
  std::string user_agent;
};

/// The remote end of a connection.
class Connection {
 public:
  virtual ~Connection() = default;
  [[nodiscard]] virtual const OpenRequest& request() const = 0;
  [[nodiscard]] virtual EventLoop& loop() = 0;
  [[nodiscard]] virtual bool connected() const = 0;
  /// Queues one message; text must be valid UTF-8. All messages queued in one turn of the loop leave in one send. A reader that leaves more
  /// than limits::outbound_queue_bytes_max unread is cut.
  virtual void send(MessageKind kind, BytesView payload) = 0;
  /// Begins the closing handshake after everything queued.
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
};

/// One open connection.
class MessageHandler {
 public:
  virtual ~MessageHandler() = default;
  /// One whole message; text is valid UTF-8. The view lives as long as the call.
  virtual void on_message(MessageKind kind, BytesView payload) = 0;
  /// Called exactly once, after the last message. `code`: the peer's, close_code::no_status, or close_code::abnormal without a close frame.
  virtual void on_close(std::uint16_t code, std::string_view reason) = 0;
};

class OpenHandler {
 public:
  virtual ~OpenHandler() = default;
  /// Called when the handshake is done; never returns null. Messages may be sent at once.
  [[nodiscard]] virtual std::unique_ptr<MessageHandler> on_open(std::shared_ptr<Connection> connection) = 0;
};

}  // namespace parley::protocol::websocket
