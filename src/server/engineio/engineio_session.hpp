// One Engine.IO session: heartbeat, long polling, WebSocket, and the upgrade between them without losing or reordering packets.
//
// Packets for polls wait in one queue. A poll or an upgrade takes packets from its front, so each packet leaves exactly once and in order.
//
// protocol/engineio/session_machine.hpp decides; this class owns queue, sockets and deadlines, and obeys.
//
// Lifetime  Its endpoint keeps it until it has ended. Threads: its loop's.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "protocol/engineio/handshake.hpp"
#include "protocol/engineio/packet.hpp"
#include "protocol/engineio/session_machine.hpp"
#include "protocol/engineio/socket_handler.hpp"
#include "server/connection/handshakes.hpp"
#include "server/connection/shard.hpp"
#include "server/engineio/refusal_pace.hpp"
#include "server/engineio/session_request.hpp"
#include "server/loop/deadline.hpp"
#include "server/shared/server_config.hpp"
#include "server/shared/totals.hpp"
#include "server/websocket/websocket_connection.hpp"

namespace parley::server {

class EngineioSession final : public protocol::engineio::Socket,
                              public std::enable_shared_from_this<EngineioSession>,
                              private Corked,
                              private Holder {
 public:
  struct Config {
    Shard& shard;
    const EngineioConfig& engineio;
    SessionTotals& totals;
    std::function<void(EngineioSession&)> on_ended;  // called once: the session is not used any more
  };
  /// `config`: shared by all sessions of an endpoint, and outlives them. `slot`: kept until `let_in`. `first`: the transport of `open`.
  EngineioSession(const Config& config, protocol::engineio::Handshake handshake, Handshakes::Slot slot,
                  protocol::engineio::Transport first);
  ~EngineioSession() override;

  /// Starts with long polling: `request` is answered with the open packet.
  void open(const SessionRequestPtr& request, protocol::engineio::OpenHandler& handler);
  /// Starts with WebSocket on a connection that has already sent `101`. `base64`: the client does not want binary frames.
  enum class Binary : std::uint8_t { frames, base64 };
  void open(const std::shared_ptr<Connection>& connection, Binary binary, protocol::engineio::OpenHandler& handler);

  void poll(const SessionRequestPtr& request);
  void post(const SessionRequestPtr& request);
  /// The client of a poll disconnected before the answer.
  void poll_gone(const SessionRequestPtr& request);
  /// A request for this session exceeded a limit.
  void refuse_too_large() { on(Event::limit_exceeded); }
  /// A WebSocket that wants to become the transport; closed at once when the session already has one.
  void probe(const std::shared_ptr<Connection>& connection, Binary binary);
  /// Ends the session if nobody has signed in on it yet.
  void give_way();
  /// The server stops.
  void shut_down() { on(Event::server_stops); }

  /// The transport that requests with this sid are checked against.
  [[nodiscard]] protocol::engineio::Transport current() const;

  // protocol::engineio::Socket
  const protocol::engineio::Handshake& handshake() const override { return handshake_; }
  EventLoop& loop() override { return config_.shard.loop(); }
  bool connected() const override { return machine_.open(); }
  std::string_view transport() const override { return protocol::engineio::name_of(current()); }
  void send(protocol::engineio::PacketPtr packet) override;
  void send_volatile(protocol::engineio::PacketPtr packet) override;
  void close() override { on(Event::close_asked); }
  void let_in() override;
  void count_refusal() override;

 private:
  using Machine = protocol::engineio::SessionMachine;
  using Event = Machine::Event;
  class Websocket;
  struct Candidate;

  void flush() override;
  void give_up() override;
  [[nodiscard]] const std::string& address() const override { return handshake_.remote_address; }
  void account();
  void start(protocol::engineio::OpenHandler& handler);
  struct Attached {
    std::shared_ptr<Websocket> socket;
    std::unique_ptr<WebsocketConnection> conversation;  // starts once the session knows the socket
  };
  [[nodiscard]] Attached attach(Connection& connection, Binary binary);

  [[nodiscard]] Machine::Actions decide(Event event);
  void on(Event event);
  bool on_request(Event event, const SessionRequestPtr& request);
  void obey(const Machine::Actions& actions);
  void carry_out(Machine::Effect effect);
  void answer_poll(Machine::PollAnswer answer);
  [[nodiscard]] std::string take_payload();

  void work_off();
  void on_packet(const protocol::engineio::Packet& packet);
  void on_websocket_text(Websocket& from, std::string_view text);
  void on_websocket_binary(Websocket& from, BytesView bytes);
  void on_websocket_end(Websocket& from, const WebsocketEnd& end);
  [[nodiscard]] bool is_candidate(const Websocket& websocket) const;

  void switch_over();
  void drop_candidate();
  void forget_queue();
  void begin_close();
  void wait_for_overtaken_poll();
  void wait(std::chrono::milliseconds timeout);
  void tell_closed(protocol::engineio::CloseReason reason);
  void release(std::uint16_t close_code);

  const Config& config_;
  const protocol::engineio::Handshake handshake_;
  std::unique_ptr<protocol::engineio::SocketHandler> handler_;  // null before the session is open and after on_close
  Machine machine_;
  Deadline heartbeat_due_;
  Handshakes::Slot slot_;
  bool let_in_ = false;
  RefusalPace pace_;

  std::shared_ptr<Websocket> websocket_;  // the transport, or null: long polling
  std::unique_ptr<Candidate> candidate_;
  SessionRequestPtr poll_;  // the pending poll
  struct Posted {
    SessionRequestPtr request;  // answered when the last packet is taken
    protocol::engineio::Payload payload;
  };
  std::unique_ptr<Posted> posted_;                    // a body that is processed in several turns
  std::vector<protocol::engineio::PacketPtr> queue_;  // for the next poll
  std::size_t queue_bytes_ = 0;
};

}  // namespace parley::server
