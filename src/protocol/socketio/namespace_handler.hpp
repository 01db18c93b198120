// The interface for an application that speaks Socket.IO (protocol v5). Independent of sockets: packets in, packets out.
//
// Threads   A connection belongs to one event loop. Handlers are called on this loop, and all methods of Peer must be called on it.
// Lifetime  The server keeps a SocketHandler until on_disconnect has returned. The application may keep the shared Peer longer and release
//           it on any thread; calls to a Peer whose connection has ended have no effect.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/event_loop.hpp"
#include "protocol/engineio/encoded_packet.hpp"
#include "protocol/engineio/socket_handler.hpp"

namespace parley::protocol::socketio {

using engineio::EncodedPacket;
using engineio::Handshake;
using engineio::PacketPtr;

/// `42["name",<arguments>]` in namespace `nsp` ("/" is left out). `arguments`: JSON values joined by commas, may be empty.
[[nodiscard]] PacketPtr encode_event(std::string_view nsp, std::string_view name, std::string_view arguments);
/// `43<id>[<arguments>]`.
[[nodiscard]] PacketPtr encode_ack(std::string_view nsp, std::uint64_t id, std::string_view arguments);
/// As above, with binary values: each one is `{"_placeholder":true,"num":n}` in `arguments`, n its index in `attachments`. Without
/// attachments these are plain packets.
[[nodiscard]] PacketPtr encode_event(std::string_view nsp, std::string_view name, std::string_view arguments,
                                     std::span<const Bytes> attachments);
[[nodiscard]] PacketPtr encode_ack(std::string_view nsp, std::uint64_t id, std::string_view arguments, std::span<const Bytes> attachments);

enum class DisconnectReason : std::uint8_t {  // docs/api-contract.md §6.4
  client_namespace_disconnect,
  server_namespace_disconnect,
  transport_close,
  transport_error,
  ping_timeout,
  parse_error,
  server_shutting_down,
};
[[nodiscard]] std::string_view name_of(DisconnectReason reason);  // `client namespace disconnect`, …

/// The remote end of one namespace of one connection.
class Peer {
 public:
  virtual ~Peer() = default;
  /// Of this namespace: 20 characters. Threads: any.
  [[nodiscard]] virtual const std::string& sid() const = 0;
  /// Of the connection; its `sid` is that of Engine.IO. Threads: any.
  [[nodiscard]] virtual const Handshake& handshake() const = 0;
  [[nodiscard]] virtual EventLoop& loop() = 0;
  [[nodiscard]] virtual bool connected() const = 0;
  /// `websocket` or `polling`: the current transport.
  [[nodiscard]] virtual std::string_view transport() const = 0;
  /// Queues the packet; all packets queued in one turn of the loop leave in one send. A reader that leaves more than
  /// limits::outbound_queue_bytes_max unread is cut.
  virtual void send(PacketPtr packet) = 0;
  /// As send, if the packet can leave in this turn. It is dropped (as Socket.IO's volatile events are) if no poll is pending or the reader
  /// is slow. For events that are useless later.
  virtual void send_volatile(PacketPtr packet) = 0;
  /// Sends DISCONNECT for this namespace. With `Close::transport` the whole connection is closed as well.
  enum class Close : std::uint8_t { namespace_only, transport };
  virtual void disconnect(Close close) = 0;
  /// An event of the client was refused or is unknown. After many of them (limits::refusals_per_second) the client is read more slowly.
  virtual void count_refusal() {}
};

/// A received event. The views live as long as the call.
struct Event {
  std::string_view name;
  std::string_view json;  // the whole array as sent, name included, valid JSON and UTF-8: `["chat-message",{"sessionId":"…"}]`
  std::optional<std::uint64_t> ack_id;
  std::span<const Bytes> attachments;  // binary values; in `json` they are {"_placeholder":true,"num":n}
};

/// One connected socket of one namespace.
class SocketHandler {
 public:
  virtual ~SocketHandler() = default;
  virtual void on_event(const Event& event) = 0;
  /// The client answered a packet that had an id. `json` is the array of arguments.
  virtual void on_ack(std::uint64_t id, std::string_view json, std::span<const Bytes> attachments) = 0;
  /// Called exactly once, after the last event.
  virtual void on_disconnect(DisconnectReason reason) = 0;
};

struct ConnectRefused {
  std::string message;    // CONNECT_ERROR {"message":…}
  std::string data_json;  // `data` of the error object, valid JSON; empty: left out
};
struct ConnectAccepted {
  std::unique_ptr<SocketHandler> socket;
  std::string extra_json;  // members added to {"sid":…}, as `"pid":"…"`; usually empty
};
using ConnectDecision = std::expected<ConnectAccepted, ConnectRefused>;
using Decide = std::move_only_function<void(ConnectDecision)>;

struct ConnectRequest {
  std::string_view nsp;        // "/" or "/name", without its query
  std::string_view auth_json;  // the CONNECT payload, valid JSON object, or empty
};

class NamespaceHandler {
 public:
  virtual ~NamespaceHandler() = default;
  /// Decides on a CONNECT. `decide` must be called once, on the peer's loop, inside this call or later. It is safe to call it after the
  /// connection has ended (the SocketHandler then gets on_disconnect at once). Packets of that namespace that arrive before the decision
  /// are a protocol error of the client. The peer may be kept, but packets may only be sent to it after `decide`.
  virtual void on_connect(const ConnectRequest& request, std::shared_ptr<Peer> peer, Decide decide) = 0;
};

}  // namespace parley::protocol::socketio
