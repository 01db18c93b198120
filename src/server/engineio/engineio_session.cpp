#include "server/engineio/engineio_session.hpp"

#include <utility>

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "protocol/engineio/packet.hpp"
#include "server/http/http_response.hpp"

namespace parley::server {

namespace engineio = protocol::engineio;
namespace websocket = protocol::websocket;
using engineio::CloseReason;

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
  Candidate(Loop& loop, SteadyTime deadline, std::function<void()> on_due) : due(loop, std::move(on_due)) { due.set(deadline); }
  std::shared_ptr<Websocket> socket;
  Deadline due;
};

EngineioSession::EngineioSession(const Config& config, engineio::Handshake handshake, Handshakes::Slot slot, engineio::Transport first)
    : config_(config),
      handshake_(std::move(handshake)),
      machine_(first, engineio::Heartbeat(config_.engineio.ping_interval, config_.engineio.ping_timeout, config_.shard.loop().now())),
      heartbeat_due_(config_.shard.loop(), [this] { on(Event::heartbeat); }),
      slot_(std::move(slot)) {
  config_.totals.count_open();
}

EngineioSession::~EngineioSession() = default;

engineio::Transport EngineioSession::current() const {
  return websocket_ == nullptr ? engineio::Transport::polling : engineio::Transport::websocket;
}

void EngineioSession::open(const SessionRequestPtr& request, engineio::OpenHandler& handler) {
  start(handler);
  poll(request);
}

void EngineioSession::open(const std::shared_ptr<Connection>& connection, Binary binary, engineio::OpenHandler& handler) {
  auto [socket, conversation] = attach(*connection, binary);
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
  heartbeat_due_.set(machine_.next_heartbeat());
  slot_.let_give_way([&loop = config_.shard.loop(), weak = weak_from_this()] {
    loop.post([weak] {
      if (const auto session = weak.lock()) session->give_way();
    });
  });
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

EngineioSession::Machine::Actions EngineioSession::decide(Event event) {
  const SteadyTime now = config_.shard.loop().now();
  return machine_.on(event, {.now = now, .packets_wait = !queue_.empty(), .unread = pace_.was_paused(now, config_.engineio.ping_interval)});
}

void EngineioSession::on(Event event) {
  obey(decide(event));
}

/// False: the request was refused.
bool EngineioSession::on_request(Event event, const SessionRequestPtr& request) {
  const Machine::Actions actions = decide(event);
  if (actions.refuse) {
    request->answer_error(*actions.refuse);
  } else if (event == Event::poll) {
    poll_ = request;
  }
  obey(actions);
  return !actions.refuse;
}

void EngineioSession::obey(const Machine::Actions& actions) {
  if (actions.heartbeat) heartbeat_due_.set(*actions.heartbeat);
  carry_out(actions.effect);
  answer_poll(actions.poll);
  if (actions.told) tell_closed(*actions.told);
}

void EngineioSession::carry_out(Machine::Effect effect) {
  using Effect = Machine::Effect;
  static const engineio::PacketPtr ping = engineio::EncodedPacket::text("2");
  switch (effect) {
    case Effect::none:
    case Effect::keep_candidate:   // by probe
    case Effect::close_websocket:  // by probe
      return;
    case Effect::answer_probe:
      return candidate_->socket->send(*engineio::EncodedPacket::text("3probe"));
    case Effect::switch_over:
      return switch_over();
    case Effect::drop_candidate:
      return drop_candidate();
    case Effect::forget_candidate:
      return candidate_.reset();
    case Effect::send_ping:
      return send(ping);
    case Effect::begin_close:
      return begin_close();
    case Effect::wait_for_last_poll:
      return wait(limits::poll_close_timeout);
    case Effect::wait_for_overtaken_poll:
      return wait_for_overtaken_poll();
    case Effect::end:
      return release(websocket::close_code::no_status);
    case Effect::end_going_away:
      return release(websocket::close_code::going_away);
  }
}

void EngineioSession::answer_poll(Machine::PollAnswer answer) {
  using PollAnswer = Machine::PollAnswer;
  if (answer == PollAnswer::none) return;
  PARLEY_ASSERT(poll_ != nullptr);
  const auto poll = std::exchange(poll_, nullptr);
  poll->answer_packets(answer == PollAnswer::packets ? take_payload() : answer == PollAnswer::noop ? "6" : "1");
  account();
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

void EngineioSession::send(engineio::PacketPtr packet) {
  if (machine_.state() == Machine::State::upgraded) return websocket_->send(*packet);
  if (!machine_.open()) return;
  queue_bytes_ += packet->websocket_frames().size();
  queue_.push_back(std::move(packet));
  config_.shard.loop().flush_later(*this);
}

void EngineioSession::send_volatile(engineio::PacketPtr packet) {
  const bool leaves_now = websocket_ != nullptr ? websocket_->keeps_up() : poll_ != nullptr;
  if (leaves_now) send(std::move(packet));
}

void EngineioSession::give_up() {
  config_.shard.transfers.given_up.fetch_add(1, std::memory_order_relaxed);
  on(Event::limit_exceeded);
}

void EngineioSession::account() {
  if (machine_.state() == Machine::State::ended) return;
  config_.shard.holdings().set(*this, queue_bytes_ + (handler_ == nullptr ? 0 : handler_->held_bytes()));
}

void EngineioSession::flush() {
  if (queue_.empty()) return;
  if (poll_ != nullptr) return on(Event::packets_wait);
  account();
  if (queue_bytes_ <= limits::outbound_queue_bytes_max) return;
  config_.shard.transfers.slow_readers_cut.fetch_add(1, std::memory_order_relaxed);
  on(Event::queue_full);
}

void EngineioSession::poll(const SessionRequestPtr& request) {
  on(Event::heartbeat);  // a poll at the timeout finds the session ended, in whichever order the loop sees them
  on_request(Event::poll, request);
}

void EngineioSession::poll_gone(const SessionRequestPtr& request) {
  if (poll_ != request) return on(Event::answer_lost);
  poll_.reset();
  on(Event::poll_gone);
}

void EngineioSession::post(const SessionRequestPtr& request) {
  if (!on_request(request->parts.octet_stream ? Event::binary_body : Event::body, request)) return;
  engineio::Payload payload(std::move(request->parts.body));
  if (payload.fault()) {
    on_request(Event::body_broken, request);
    return;
  }
  posted_ = std::make_unique<Posted>(request, std::move(payload));
  work_off();
}

/// A body may hold hundreds of thousands of packets: after some of them, other connections of this loop get their turn.
void EngineioSession::work_off() {
  Loop& loop = config_.shard.loop();
  engineio::Payload& payload = posted_->payload;
  const auto goes_on = [&] { return machine_.open() && loop.now() >= pace_.paused_until(); };
  for (std::size_t taken = 0; taken < limits::polling_packets_per_turn && goes_on() && !payload.done(); ++taken) on_packet(payload.next());
  auto again = [self = shared_from_this()] { self->work_off(); };
  if (machine_.open() && !goes_on()) {  // the `ok` waits, too: the client sends nothing before it
    loop.call_at(pace_.paused_until(), std::move(again));
    return;
  }
  if (machine_.open() && !payload.done()) return loop.after_turn(std::move(again));
  protocol::http::Response response;
  response.headers.push_back({"Content-Type", "text/html"});
  response.headers.push_back({"Cache-Control", "no-store"});
  response.body = "ok";
  const auto request = std::move(posted_->request);
  posted_.reset();
  on(Event::body_taken);
  request->answer(std::move(response));
}

void EngineioSession::on_packet(const engineio::Packet& packet) {
  if (packet.type != engineio::PacketType::message) return on(engineio::event_of(packet.type));
  packet.binary ? handler_->on_binary(packet.data) : handler_->on_text(packet.data);
  account();
}

bool EngineioSession::is_candidate(const Websocket& websocket) const {
  return candidate_ != nullptr && candidate_->socket.get() == &websocket;
}

void EngineioSession::on_websocket_text(Websocket& from, std::string_view text) {
  Bytes scratch;
  const auto packet = engineio::decode_packet(text, scratch);
  if (is_candidate(from)) return on(packet ? engineio::candidate_event_of(*packet) : Event::wrong_packet);
  if (!machine_.open()) return;
  if (!packet) return on(Event::broken_packet);
  on_packet(*packet);
}

void EngineioSession::on_websocket_binary(Websocket& from, BytesView bytes) {
  if (is_candidate(from)) return on(Event::wrong_packet);
  if (!machine_.open()) return;
  handler_->on_binary(bytes);
  account();
}

void EngineioSession::on_websocket_end(Websocket& from, const WebsocketEnd& end) {
  if (is_candidate(from)) return on(Event::candidate_gone);
  on(end.how == WebsocketEnd::How::violated ? Event::websocket_broken : Event::websocket_closed);
}

void EngineioSession::probe(const std::shared_ptr<Connection>& connection, Binary binary) {
  auto [socket, conversation] = attach(*connection, binary);
  if (decide(Event::websocket_opened).effect == Machine::Effect::keep_candidate) {
    const SteadyTime deadline = config_.shard.loop().now() + config_.engineio.upgrade_timeout;
    candidate_ = std::make_unique<Candidate>(config_.shard.loop(), deadline, [this] { on(Event::candidate_late); });
    candidate_->socket = std::move(socket);
  } else {
    socket->close();
  }
  connection->converse(std::move(conversation));
}

void EngineioSession::switch_over() {
  websocket_ = std::move(candidate_->socket);
  candidate_.reset();
  if (let_in_) websocket_->vouch();
  for (const auto& packet : queue_) websocket_->send(*packet);
  forget_queue();
  account();
}

void EngineioSession::drop_candidate() {
  if (candidate_ == nullptr) return;
  candidate_->socket->close();
  // The deadline that has just fired may be the candidate's own.
  config_.shard.loop().bury(std::shared_ptr<Candidate>(std::move(candidate_)));
}

void EngineioSession::forget_queue() {
  queue_ = {};
  queue_bytes_ = 0;
}

void EngineioSession::give_way() {
  if (!let_in_) on(Event::limit_exceeded);
}

void EngineioSession::let_in() {
  slot_.leave();
  let_in_ = true;
  if (websocket_ != nullptr) websocket_->vouch();
}

void EngineioSession::count_refusal() {
  const SteadyTime until = pace_.count(config_.shard.loop().now());
  if (websocket_ != nullptr) websocket_->pause_until(until);
}

void EngineioSession::begin_close() {
  drop_candidate();
  if (websocket_ != nullptr) websocket_->close();
  config_.shard.loop().post([self = shared_from_this()] { self->on(Event::close_due); });
}

void EngineioSession::wait_for_overtaken_poll() {
  drop_candidate();
  heartbeat_due_.clear();
  forget_queue();
  wait(limits::overtaken_poll_timeout);
}

void EngineioSession::wait(std::chrono::milliseconds timeout) {
  config_.shard.loop().call_after(timeout, [weak = weak_from_this()] {
    if (const auto session = weak.lock()) session->on(Event::wait_over);
  });
}

void EngineioSession::tell_closed(CloseReason reason) {
  const std::shared_ptr<engineio::SocketHandler> handler = std::move(handler_);
  PARLEY_ASSERT(handler != nullptr);
  config_.shard.loop().bury(handler);
  handler->on_close(reason);
}

void EngineioSession::release(std::uint16_t close_code) {
  config_.shard.loop().bury(shared_from_this());
  drop_candidate();
  if (websocket_ != nullptr) websocket_->close(close_code);
  heartbeat_due_.clear();
  forget_queue();
  slot_.leave();
  config_.shard.holdings().set(*this, 0);
  config_.totals.count_closed();
  config_.on_ended(*this);
}

}  // namespace parley::server
