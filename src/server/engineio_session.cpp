#include "server/engineio_session.hpp"

#include <utility>

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "protocol/engineio/packet.hpp"
#include "server/http_response.hpp"

namespace parley::server {

namespace engineio = protocol::engineio;
namespace websocket = protocol::websocket;
using engineio::CloseReason;
using engineio::PacketType;

/// One WebSocket of a session: its transport, or a candidate for it.
class EngineioSession::Websocket final : public WebsocketUser {
 public:
  Websocket(EngineioSession& session, Binary binary) : session_(&session), binary_(binary) {}
  void attach(WebsocketConnection& connection) { connection_ = &connection; }

  void send(const engineio::EncodedPacket& packet) {
    if (connection_ == nullptr) return;
    if (binary_ == Binary::base64 && !packet.attachments().empty()) {
      engineio::append_base64_frames(connection_->output(), packet);
    } else {
      connection_->output() += packet.websocket_frames();
    }
    connection_->written();
  }
  [[nodiscard]] bool keeps_up() const { return connection_ != nullptr && connection_->keeps_up(); }
  void vouch() {
    if (connection_ != nullptr) connection_->vouch();
  }
  void pause_until(SteadyTime time) {
    if (connection_ != nullptr) connection_->pause_until(time);
  }
  void close(std::uint16_t code = websocket::close_code::no_status) {
    session_ = nullptr;
    if (connection_ != nullptr) connection_->close(code, {});
  }

  void on_text(std::string_view text) override {
    if (session_ != nullptr) session_->on_websocket_text(*this, text);
  }
  void on_binary(BytesView bytes) override {
    if (session_ != nullptr) session_->on_websocket_binary(*this, bytes);
  }
  void on_end(const WebsocketEnd& end) override {
    connection_ = nullptr;
    if (session_ != nullptr) session_->on_websocket_end(*this, end);
  }

 private:
  EngineioSession* session_;  // null once the session has dropped it
  WebsocketConnection* connection_ = nullptr;
  Binary binary_;
};

struct EngineioSession::Candidate {
  Candidate(Loop& loop, SteadyTime deadline, std::function<void()> on_due) : upgrade(deadline), due(loop, std::move(on_due)) {
    due.set(deadline);
  }
  std::shared_ptr<Websocket> socket;
  engineio::Upgrade upgrade;
  Deadline due;
};

EngineioSession::EngineioSession(const Config& config, engineio::Handshake handshake, Guests::Place place)
    : config_(config),
      handshake_(std::move(handshake)),
      heartbeat_(config_.engineio.ping_interval, config_.engineio.ping_timeout, config_.shard.loop().now()),
      heartbeat_due_(config_.shard.loop(), [this] { on_heartbeat(); }),
      place_(std::move(place)) {
  config_.totals.count_open();
}

EngineioSession::~EngineioSession() = default;

engineio::Transport EngineioSession::current() const {
  return upgraded_ ? engineio::Transport::websocket : engineio::Transport::polling;
}

void EngineioSession::open(SessionRequestPtr request, engineio::OpenHandler& handler) {
  start(handler);
  if (life_ == Life::ended) return request->answer_error(engineio::RequestError::bad_request);
  poll(std::move(request));
}

void EngineioSession::open(const std::shared_ptr<Connection>& connection, Binary binary, engineio::OpenHandler& handler) {
  auto [socket, conversation] = attach(*connection, binary);
  upgraded_ = true;
  websocket_ = std::move(socket);
  start(handler);
  connection->converse(std::move(conversation));
}

void EngineioSession::start(engineio::OpenHandler& handler) {
  send(engineio::EncodedPacket::text(engineio::encode_open({.sid = handshake_.sid,
                                                            .transport = current(),
                                                            .ping_interval = config_.engineio.ping_interval,
                                                            .ping_timeout = config_.engineio.ping_timeout,
                                                            .payload_bytes_max = config_.engineio.payload_bytes_max})));
  heartbeat_due_.set(heartbeat_.next());
  if (!handler.decides_later()) let_in();
  handler_ = handler.on_open(shared_from_this());
}

EngineioSession::Attached EngineioSession::attach(Connection& connection, Binary binary) {
  auto socket = std::make_shared<Websocket>(*this, binary);
  auto conversation = std::make_unique<WebsocketConnection>(connection, config_.engineio.payload_bytes_max, socket);
  socket->attach(*conversation);
  connection.limit_unsent(limits::outbound_queue_bytes_max);
  return {std::move(socket), std::move(conversation)};
}

void EngineioSession::send(engineio::PacketPtr packet) {
  if (life_ != Life::open) return;
  if (websocket_ != nullptr) return websocket_->send(*packet);
  queue_bytes_ += packet->websocket_frames().size();
  queue_.push_back(std::move(packet));
  config_.shard.loop().flush_later(*this);
}

void EngineioSession::send_volatile(engineio::PacketPtr packet) {
  const bool leaves_now = websocket_ != nullptr ? websocket_->keeps_up() : poll_ != nullptr;
  if (leaves_now) send(std::move(packet));
}

void EngineioSession::give_up() {
  config_.shard.sends.given_up.fetch_add(1, std::memory_order_relaxed);
  end(CloseReason::transport_error);
}

void EngineioSession::account() {
  if (life_ == Life::ended) return;
  config_.shard.holdings().set(*this, queue_bytes_ + (handler_ == nullptr ? 0 : handler_->held_bytes()));
}

void EngineioSession::flush() {
  if (life_ == Life::ended || websocket_ != nullptr || queue_.empty()) return;
  if (poll_ != nullptr) {
    answer_poll(take_payload());
    return account();
  }
  account();
  if (queue_bytes_ <= limits::outbound_queue_bytes_max) return;
  config_.shard.sends.slow_readers_cut.fetch_add(1, std::memory_order_relaxed);
  end(CloseReason::transport_close);
}

/// The oldest packets of the queue, as many as every client accepts in one answer.
std::string EngineioSession::take_payload() {
  std::string payload;
  std::size_t packets = 0;
  auto packet = queue_.begin();
  for (; packet != queue_.end(); ++packet) {
    packets += 1 + (*packet)->attachments().size();
    if (packets > limits::poll_answer_packets_max && packet != queue_.begin()) break;
    engineio::append_to_payload(payload, **packet);
    queue_bytes_ -= (*packet)->websocket_frames().size();
  }
  queue_.erase(queue_.begin(), packet);
  if (queue_.empty()) queue_ = {};  // an idle session keeps no memory after a burst
  return payload;
}

void EngineioSession::answer_poll(std::string payload) {
  if (const auto poll = std::exchange(poll_, nullptr)) poll->answer_packets(std::move(payload));
}

void EngineioSession::poll(SessionRequestPtr request) {
  if (life_ == Life::left) {
    request->answer_packets("6");
    return retire();
  }
  on_heartbeat();  // a poll at the timeout finds the session ended, in whichever order the loop sees them
  if (life_ == Life::ended) return request->answer_error(engineio::RequestError::session_id_unknown);
  if (poll_ != nullptr) return overlap(request);
  poll_ = std::move(request);
  if (!queue_.empty()) return answer_poll(take_payload());
  if (life_ == Life::closing) {
    // Alone: socket.io-client handles a close before packets of the same answer and would miss the DISCONNECT.
    return end(CloseReason::forced_close);
  }
  if (candidate_ != nullptr && candidate_->upgrade.releases_polls()) answer_poll("6");
}

/// Two polls at once would race for the same packets: the client is broken. The JavaScript server treats this in the same way.
void EngineioSession::overlap(const SessionRequestPtr& request) {
  answer_poll("1");
  end(CloseReason::transport_error);
  request->answer_error(engineio::RequestError::bad_request);
}

void EngineioSession::poll_gone(const SessionRequestPtr& request) {
  if (poll_ == request) poll_.reset();
  // If an answer was already on its way to the other loop, nobody received it: packets are missing, and the client must know.
  if (!upgraded_) end(CloseReason::transport_error);
}

void EngineioSession::post(const SessionRequestPtr& request) {
  if (life_ != Life::open) return request->answer_error(engineio::RequestError::session_id_unknown);
  if (request->parts.octet_stream) {
    end(CloseReason::transport_error);
    return request->answer_error(engineio::RequestError::bad_request);
  }
  if (posted_) return overlap_post(request);
  engineio::Payload payload(std::move(request->parts.body));
  if (payload.fault()) {
    end(CloseReason::parse_error);
    return request->answer_error(engineio::RequestError::bad_request);
  }
  posted_ = std::make_unique<Posted>(request, std::move(payload));
  work_off();
}

/// A client that sends two bodies at once does not keep their order. The JavaScript server treats this in the same way.
void EngineioSession::overlap_post(const SessionRequestPtr& request) {
  end(CloseReason::transport_error);
  request->answer_error(engineio::RequestError::bad_request);
}

/// A body may hold hundreds of thousands of packets: after some of them, other connections of this loop get their turn.
void EngineioSession::work_off() {
  Loop& loop = config_.shard.loop();
  engineio::Payload& payload = posted_->payload;
  const auto goes_on = [&] { return life_ == Life::open && loop.now() >= pace_.paused_until(); };
  for (std::size_t taken = 0; taken < limits::polling_packets_per_turn && goes_on() && !payload.done(); ++taken) on_packet(payload.next());
  auto again = [self = shared_from_this()] { self->work_off(); };
  if (life_ == Life::open && !goes_on()) {  // the `ok` waits, too: the client sends nothing before it
    loop.call_at(pace_.paused_until(), std::move(again));
    return;
  }
  if (life_ == Life::open && !payload.done()) return loop.after_turn(std::move(again));
  protocol::http::Response response;
  response.headers.push_back({"Content-Type", "text/html"});
  response.headers.push_back({"Cache-Control", "no-store"});
  response.body = "ok";
  const auto request = std::move(posted_->request);
  posted_.reset();
  request->answer(std::move(response));
}

void EngineioSession::on_packet(const engineio::Packet& packet) {
  switch (packet.type) {
    case PacketType::message:
      packet.binary ? handler_->on_binary(packet.data) : handler_->on_text(packet.data);
      return account();
    case PacketType::pong:
      heartbeat_.on_pong(config_.shard.loop().now());
      return heartbeat_due_.set(heartbeat_.next());
    case PacketType::close:
      if (!upgraded_ && poll_ == nullptr) return leave();
      answer_poll("6");
      return end(CloseReason::transport_close);
    case PacketType::ping:  // only the server pings in protocol 4
      return end(CloseReason::transport_error);
    case PacketType::open:
    case PacketType::upgrade:
    case PacketType::noop:
      return;  // has no meaning here; the JavaScript server ignores it too
  }
}

void EngineioSession::on_heartbeat() {
  const SteadyTime now = config_.shard.loop().now();
  switch (heartbeat_.at(now)) {
    case engineio::Heartbeat::Due::timed_out:
      if (life_ == Life::open && pace_.was_paused(now, config_.engineio.ping_interval)) {
        heartbeat_.on_pong(now);  // its pong may be among the unread packets
        break;
      }
      return end(CloseReason::ping_timeout);
    case engineio::Heartbeat::Due::ping: {
      static const engineio::PacketPtr ping = engineio::EncodedPacket::text("2");
      send(ping);
      break;
    }
    case engineio::Heartbeat::Due::nothing:
      break;
  }
  heartbeat_due_.set(heartbeat_.next());
}

bool EngineioSession::is_candidate(const Websocket& websocket) const {
  return candidate_ != nullptr && candidate_->socket.get() == &websocket;
}

void EngineioSession::on_websocket_text(Websocket& from, std::string_view text) {
  Bytes scratch;
  const auto packet = engineio::decode_packet(text, scratch);
  if (is_candidate(from)) {
    if (!packet) return drop_candidate();
    return on_candidate_packet(*packet);
  }
  if (life_ != Life::open) return;
  if (!packet) return end(CloseReason::parse_error);
  on_packet(*packet);
}

void EngineioSession::on_websocket_binary(Websocket& from, BytesView bytes) {
  if (is_candidate(from)) return drop_candidate();
  if (life_ != Life::open) return;
  handler_->on_binary(bytes);
  account();
}

void EngineioSession::on_websocket_end(Websocket& from, const WebsocketEnd& how) {
  if (is_candidate(from)) {
    candidate_.reset();
    return;
  }
  end(how.how == WebsocketEnd::How::violated ? CloseReason::transport_error : CloseReason::transport_close);
}

void EngineioSession::probe(const std::shared_ptr<Connection>& connection, Binary binary) {
  auto [socket, conversation] = attach(*connection, binary);
  if (life_ != Life::open || upgraded_ || candidate_ != nullptr) {
    socket->close();
  } else {
    const SteadyTime deadline = config_.shard.loop().now() + config_.engineio.upgrade_timeout;
    candidate_ = std::make_unique<Candidate>(config_.shard.loop(), deadline, [this] { drop_candidate(); });
    candidate_->socket = std::move(socket);
  }
  connection->converse(std::move(conversation));
}

void EngineioSession::on_candidate_packet(const engineio::Packet& packet) {
  using Action = engineio::Upgrade::Action;
  switch (candidate_->upgrade.on_packet(packet)) {
    case Action::nothing:
      return;
    case Action::answer_probe:
      candidate_->socket->send(*engineio::EncodedPacket::text("3probe"));
      // Without a poll to answer, queued packets wait for the next poll, or for the WebSocket.
      if (poll_ != nullptr) answer_poll(queue_.empty() ? "6" : take_payload());
      return;
    case Action::switch_over:
      return switch_over();
    case Action::close:
      return drop_candidate();
  }
}

void EngineioSession::switch_over() {
  // A pending poll gets only a noop: all queued packets leave on the WebSocket, after those of earlier polls.
  answer_poll("6");
  websocket_ = std::move(candidate_->socket);
  candidate_.reset();
  upgraded_ = true;
  if (let_in_) websocket_->vouch();
  for (const auto& packet : queue_) websocket_->send(*packet);
  queue_ = {};
  queue_bytes_ = 0;
}

void EngineioSession::drop_candidate() {
  if (candidate_ == nullptr) return;
  candidate_->socket->close();
  // The deadline that has just fired may be the candidate's own.
  config_.shard.loop().bury(std::shared_ptr<Candidate>(std::move(candidate_)));
}

/// A client nearly always has a pending poll, on another connection than its POST: a poll that was sent first may arrive second.
void EngineioSession::leave() {
  life_ = Life::left;
  drop_candidate();
  heartbeat_due_.clear();
  queue_ = {};
  queue_bytes_ = 0;
  config_.shard.loop().call_after(limits::overtaken_poll_timeout, [weak = weak_from_this()] {
    if (const auto session = weak.lock()) session->retire();
  });
  tell_closed(CloseReason::transport_close);
}

void EngineioSession::let_in() {
  place_.leave();
  let_in_ = true;
  if (websocket_ != nullptr) websocket_->vouch();
}

void EngineioSession::count_refusal() {
  const SteadyTime until = pace_.count(config_.shard.loop().now());
  if (websocket_ != nullptr) websocket_->pause_until(until);
}

void EngineioSession::close() {
  if (life_ != Life::open) return;
  life_ = Life::closing;
  drop_candidate();
  if (websocket_ != nullptr) websocket_->close();
  // Not now: the caller may be the handler that on_close is called on.
  config_.shard.loop().post([self = shared_from_this()] { self->finish_closing(); });
}

void EngineioSession::finish_closing() {
  tell_closed(CloseReason::forced_close);
  if (life_ != Life::closing) return;
  if (websocket_ != nullptr) return retire();
  config_.shard.loop().call_after(limits::poll_close_timeout, [weak = weak_from_this()] {
    if (const auto session = weak.lock()) session->retire();
  });
  if (poll_ != nullptr) poll(std::exchange(poll_, nullptr));
}

void EngineioSession::shut_down() {
  answer_poll("1");
  if (websocket_ != nullptr) websocket_->close(websocket::close_code::going_away);
  end(CloseReason::server_shutting_down);
}

void EngineioSession::end(CloseReason reason) {
  if (life_ == Life::ended) return;
  const bool by_us = life_ == Life::closing;
  answer_poll("1");
  retire();
  tell_closed(by_us ? CloseReason::forced_close : reason);
}

void EngineioSession::tell_closed(CloseReason reason) {
  if (handler_ == nullptr) return;
  const std::shared_ptr<engineio::SocketHandler> handler = std::move(handler_);
  config_.shard.loop().bury(handler);
  handler->on_close(reason);
}

void EngineioSession::retire() {
  if (life_ == Life::ended) return;
  life_ = Life::ended;
  config_.shard.loop().bury(shared_from_this());
  drop_candidate();
  if (websocket_ != nullptr) websocket_->close();
  heartbeat_due_.clear();
  queue_ = {};
  place_.leave();
  config_.shard.holdings().set(*this, 0);
  config_.totals.count_closed();
  config_.on_ended(*this);
}

}  // namespace parley::server
