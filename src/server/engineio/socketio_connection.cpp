#include "server/engineio/socketio_connection.hpp"

#include <algorithm>
#include <utility>

namespace parley::server {

namespace engineio = protocol::engineio;
namespace socketio = protocol::socketio;
using engineio::CloseReason;
using socketio::DisconnectReason;
using Action = socketio::ConnectionState::Action;

namespace {

std::string make_sid(Entropy& entropy) {
  return to_base64url(view_of(entropy.bytes<15>()));
}

DisconnectReason reason_of(CloseReason reason) {
  switch (reason) {
    case CloseReason::transport_close:
      return DisconnectReason::transport_close;
    case CloseReason::transport_error:
      return DisconnectReason::transport_error;
    case CloseReason::ping_timeout:
      return DisconnectReason::ping_timeout;
    case CloseReason::parse_error:
      return DisconnectReason::parse_error;
    case CloseReason::forced_close:
      return DisconnectReason::server_namespace_disconnect;
    case CloseReason::server_shutting_down:
      break;
  }
  return DisconnectReason::server_shutting_down;
}

}  // namespace

/// One namespace of one connection, as the application sees it. It outlives the connection when the application keeps it.
class NamespacePeer final : public socketio::Peer, public std::enable_shared_from_this<NamespacePeer> {
 public:
  NamespacePeer(SocketioConnection& connection, std::string nsp, std::string sid)
      : connection_(&connection), socket_(connection.socket_), nsp_(std::move(nsp)), sid_(std::move(sid)) {}

  const std::string& sid() const override { return sid_; }
  const socketio::Handshake& handshake() const override { return socket_->handshake(); }
  EventLoop& loop() override { return socket_->loop(); }
  bool connected() const override { return handler_ != nullptr && connection_ != nullptr && socket_->connected(); }
  std::string_view transport() const override { return socket_->transport(); }
  void send(socketio::PacketPtr packet) override {
    if (connected()) socket_->send(std::move(packet));
  }
  void send_volatile(socketio::PacketPtr packet) override {
    if (connected()) socket_->send_volatile(std::move(packet));
  }
  void disconnect(Close close) override {
    if (connected()) connection_->disconnect(*this, close);
  }
  void count_refusal() override {
    if (connected()) socket_->count_refusal();
  }

  [[nodiscard]] const std::string& nsp() const { return nsp_; }
  [[nodiscard]] socketio::SocketHandler* handler() { return handler_.get(); }
  [[nodiscard]] SocketioConnection* connection() { return connection_; }
  void accept(std::unique_ptr<socketio::SocketHandler> handler) { handler_ = std::move(handler); }

  /// The connection no longer uses this peer: nothing can be sent any more.
  void detach(DisconnectReason reason) {
    connection_ = nullptr;
    reason_ = reason;
  }
  /// Calls the application's on_disconnect, once.
  void tell_disconnected() {
    const auto handler = std::move(handler_);
    if (handler != nullptr) handler->on_disconnect(reason_);
  }

 private:
  SocketioConnection* connection_;
  std::shared_ptr<engineio::Socket> socket_;
  const std::string nsp_;
  const std::string sid_;
  std::unique_ptr<socketio::SocketHandler> handler_;  // null before the decision and after on_disconnect
  DisconnectReason reason_ = DisconnectReason::transport_close;
};

std::unique_ptr<engineio::SocketHandler> SocketioOpenHandler::on_open(std::shared_ptr<engineio::Socket> socket) {
  return std::make_unique<SocketioConnection>(std::move(socket), shared_);
}

SocketioConnection::SocketioConnection(std::shared_ptr<engineio::Socket> socket, SocketioShared& shared)
    : socket_(std::move(socket)), shared_(shared), state_(shared.config.namespaces), assembler_(shared.config.payload_bytes_max) {
  connect_timer_ = socket_->loop().call_after(shared_.config.connect_timeout, [this] {
    connect_timer_ = 0;
    if (state_.unused()) fail(DisconnectReason::transport_close);
  });
}

SocketioConnection::~SocketioConnection() {
  socket_->loop().cancel(connect_timer_);
}

void SocketioConnection::on_text(std::string_view text) {
  on_decoded(assembler_.on_text(shared_.decoder, text));
}

void SocketioConnection::on_binary(BytesView bytes) {
  on_decoded(assembler_.on_binary(bytes));
}

void SocketioConnection::on_decoded(const Whole& decoded) {
  if (failed_) return;
  if (!decoded) return fail(DisconnectReason::parse_error);
  if (*decoded) on_packet(**decoded);
}

void SocketioConnection::on_packet(const socketio::WholePacket& whole) {
  const socketio::Packet& packet = whole.packet;
  switch (state_.on_packet(packet.type, packet.nsp)) {
    case Action::deliver_event: {
      const auto peer = find(packet.nsp);
      return peer->handler()->on_event({packet.name, packet.json, packet.id, whole.attachments});
    }
    case Action::deliver_ack: {
      const auto peer = find(packet.nsp);
      return peer->handler()->on_ack(packet.id.value_or(0), packet.json, whole.attachments);
    }
    case Action::decide:
      return ask(packet);
    case Action::refuse_namespace:
      socket_->send(socketio::encode_connect_error(packet.nsp, "Invalid namespace"));
      return count_refused_connect();
    case Action::leave:
      return leave(packet.nsp);
    case Action::ignore:
      return;
    case Action::close:
      return fail(DisconnectReason::parse_error);
  }
}

void SocketioConnection::ask(const socketio::Packet& packet) {
  auto peer = std::make_shared<NamespacePeer>(*this, std::string(packet.nsp), make_sid(shared_.entropy));
  peers_.push_back(peer);
  shared_.handler.on_connect({packet.nsp, packet.json}, peer, [peer](socketio::ConnectDecision decision) {
    if (SocketioConnection* connection = peer->connection()) return connection->decided(*peer, std::move(decision));
    if (!decision) return;  // the client did not wait for the refusal
    peer->accept(std::move(decision->socket));
    peer->tell_disconnected();
  });
}

void SocketioConnection::decided(NamespacePeer& peer, socketio::ConnectDecision decision) {
  if (!decision) {
    state_.refused(peer.nsp());
    socket_->send(socketio::encode_connect_error(peer.nsp(), decision.error().message, decision.error().data_json));
    take(peer.nsp())->detach(DisconnectReason::server_namespace_disconnect);
    return count_refused_connect();
  }
  refused_connects_ = 0;
  state_.accepted(peer.nsp());
  socket_->let_in();
  socket_->loop().cancel(std::exchange(connect_timer_, 0));
  socket_->send(socketio::encode_connect(peer.nsp(), peer.sid(), decision->extra_json));
  peer.accept(std::move(decision->socket));
}

/// Closes a client that is refused repeatedly and has no other namespace here. A client that returns with a new token has tries left.
void SocketioConnection::count_refused_connect() {
  shared_.totals.refused.fetch_add(1, std::memory_order_relaxed);
  if (++refused_connects_ >= limits::refused_connects_max && peers_.empty()) fail(DisconnectReason::transport_close);
}

void SocketioConnection::leave(std::string_view nsp) {
  const auto peer = take(nsp);
  if (peer == nullptr) return;
  peer->detach(DisconnectReason::client_namespace_disconnect);
  peer->tell_disconnected();
}

void SocketioConnection::disconnect(NamespacePeer& peer, socketio::Peer::Close close) {
  const auto leaving = close == socketio::Peer::Close::transport ? peers_ : std::vector{peer.shared_from_this()};
  for (const auto& each : leaving) {
    if (!each->connected()) continue;  // not decided yet: on_disconnect follows when the connection closes
    socket_->send(socketio::encode_disconnect(each->nsp()));
    state_.left(each->nsp());
    std::erase(peers_, each);
    each->detach(DisconnectReason::server_namespace_disconnect);
    // Not now: the caller may be the very handler that on_disconnect is called on.
    socket_->loop().post([each] { each->tell_disconnected(); });
  }
  if (close == socketio::Peer::Close::transport) fail(DisconnectReason::server_namespace_disconnect);
}

void SocketioConnection::fail(DisconnectReason reason) {
  failed_ = reason;
  socket_->close();
}

void SocketioConnection::on_close(CloseReason reason) {
  const DisconnectReason told = reason == CloseReason::forced_close ? failed_.value_or(reason_of(reason)) : reason_of(reason);
  socket_->loop().cancel(std::exchange(connect_timer_, 0));
  const auto peers = std::exchange(peers_, {});
  for (const auto& peer : peers) peer->detach(told);
  for (const auto& peer : peers) peer->tell_disconnected();
}

std::shared_ptr<NamespacePeer> SocketioConnection::find(std::string_view nsp) const {
  const auto found = std::find_if(peers_.begin(), peers_.end(), [&](const auto& peer) { return peer->nsp() == nsp; });
  return found == peers_.end() ? nullptr : *found;
}

std::shared_ptr<NamespacePeer> SocketioConnection::take(std::string_view nsp) {
  auto peer = find(nsp);
  std::erase(peers_, peer);
  return peer;
}

}  // namespace parley::server
