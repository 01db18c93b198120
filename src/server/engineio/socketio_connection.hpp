// Socket.IO (protocol v5) on one Engine.IO connection: namespaces, events, acks, and the calls of on_disconnect at its end.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/entropy.hpp"
#include "protocol/engineio/socket_handler.hpp"
#include "protocol/socketio/connection_state.hpp"
#include "protocol/socketio/namespace_handler.hpp"
#include "protocol/socketio/packet.hpp"
#include "server/shared/server_config.hpp"
#include "server/shared/totals.hpp"

namespace parley::server {

/// Shared by the Socket.IO connections of one loop. The decoder's buffers are large, so there is only one.
struct SocketioShared {
  protocol::socketio::NamespaceHandler& handler;
  const EngineioConfig& config;
  SessionTotals& totals;
  Entropy& entropy;
  protocol::socketio::PacketDecoder decoder = {};
};

/// Makes every Engine.IO session of a path a Socket.IO connection. Threads: its loop's.
class SocketioOpenHandler final : public protocol::engineio::OpenHandler {
 public:
  explicit SocketioOpenHandler(SocketioShared shared) : shared_(std::move(shared)) {}
  [[nodiscard]] bool decides_later() const override { return true; }
  std::unique_ptr<protocol::engineio::SocketHandler> on_open(std::shared_ptr<protocol::engineio::Socket> socket) override;

 private:
  SocketioShared shared_;
};

class NamespacePeer;

class SocketioConnection final : public protocol::engineio::SocketHandler {
 public:
  SocketioConnection(std::shared_ptr<protocol::engineio::Socket> socket, SocketioShared& shared);
  ~SocketioConnection() override;

  void on_text(std::string_view text) override;
  void on_binary(BytesView bytes) override;
  void on_close(protocol::engineio::CloseReason reason) override;
  [[nodiscard]] std::size_t held_bytes() const override { return assembler_.held_bytes(); }

 private:
  friend class NamespacePeer;
  using Whole = std::expected<std::optional<protocol::socketio::WholePacket>, protocol::engineio::DecodeError>;

  void on_decoded(const Whole& decoded);
  void on_packet(const protocol::socketio::WholePacket& whole);
  void ask(const protocol::socketio::Packet& packet);
  void decided(NamespacePeer& peer, protocol::socketio::ConnectDecision decision);
  void count_refused_connect();
  void leave(std::string_view nsp);
  void disconnect(NamespacePeer& peer, protocol::socketio::Peer::Close close);
  void fail(protocol::socketio::DisconnectReason reason);
  [[nodiscard]] std::shared_ptr<NamespacePeer> find(std::string_view nsp) const;
  [[nodiscard]] std::shared_ptr<NamespacePeer> take(std::string_view nsp);

  const std::shared_ptr<protocol::engineio::Socket> socket_;
  SocketioShared& shared_;
  protocol::socketio::ConnectionState state_;
  protocol::socketio::PacketAssembler assembler_;
  std::vector<std::shared_ptr<NamespacePeer>> peers_;  // not decided yet, or connected; nearly always one
  TimerId connect_timer_ = 0;
  int refused_connects_ = 0;                                    // since the last accepted CONNECT
  std::optional<protocol::socketio::DisconnectReason> failed_;  // why this side closed
};

}  // namespace parley::server
