#include "server/websocket/bare_websocket.hpp"

#include <utility>

#include "protocol/websocket/handshake.hpp"
#include "server/websocket/websocket_connection.hpp"

namespace parley::server {

namespace websocket = protocol::websocket;

namespace {

class BareWebsocket final : public websocket::Connection, public WebsocketUser {
 public:
  BareWebsocket(websocket::OpenRequest request, EventLoop& loop) : request_(std::move(request)), loop_(loop) {}

  void attach(WebsocketConnection& connection) { connection_ = &connection; }
  void handle_with(std::unique_ptr<websocket::MessageHandler> handler) { handler_ = std::move(handler); }

  const websocket::OpenRequest& request() const override { return request_; }
  EventLoop& loop() override { return loop_; }
  bool connected() const override { return connection_ != nullptr && !connection_->closing(); }
  void send(websocket::MessageKind kind, BytesView payload) override {
    if (!connected()) return;
    const auto opcode = kind == websocket::MessageKind::text ? websocket::Opcode::text : websocket::Opcode::binary;
    websocket::append_frame(connection_->output(), opcode, payload);
    connection_->written();
  }
  void close(std::uint16_t code, std::string_view reason) override {
    if (connection_ != nullptr) connection_->close(code, reason);
  }

  void on_text(std::string_view text) override { handler_->on_message(websocket::MessageKind::text, text); }
  void on_binary(BytesView bytes) override { handler_->on_message(websocket::MessageKind::binary, bytes); }
  void on_end(const WebsocketEnd& end) override {
    connection_ = nullptr;
    handler_->on_close(end.code, end.reason);
    handler_.reset();
  }

 private:
  websocket::OpenRequest request_;
  EventLoop& loop_;
  WebsocketConnection* connection_ = nullptr;  // null once the connection has ended
  std::unique_ptr<websocket::MessageHandler> handler_;
};

}  // namespace

void open_bare_websocket(const std::shared_ptr<Exchange>& exchange, Shard& shard, const WebsocketConfig& config,
                         websocket::OpenHandler& handler) {
  const auto& request = exchange->request();
  auto accept = websocket::check_request(request);
  if (!accept) return exchange->respond_and_close(std::move(accept.error()));
  const std::string* agent = request.find("User-Agent");
  auto user = std::make_shared<BareWebsocket>(
      websocket::OpenRequest{request.target, request.remote_address,
                             agent == nullptr ? std::string() : agent->substr(0, limits::user_agent_bytes_max)},
      shard.loop());
  exchange->hand_over(shard, [user, accept = std::move(*accept), &config, &handler](std::shared_ptr<Connection> connection) {
    connection->output() += websocket::switching_protocols(accept);
    connection->written();
    connection->limit_unsent(config.outbound_queue_bytes_max);
    connection->vouch();  // only the application can judge whether a message is valid
    auto conversation = std::make_unique<WebsocketConnection>(*connection, config.message_bytes_max, user);
    user->attach(*conversation);
    user->handle_with(handler.on_open(user));
    connection->converse(std::move(conversation));
  });
}

}  // namespace parley::server
