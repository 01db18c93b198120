// One Engine.IO session as a state machine: transports, upgrade, heartbeat and the ways to end (Engine.IO protocol v4). It takes an event
// and returns what must be done. It has no socket, timer, clock or buffer; server/engineio_session.hpp owns those and obeys.
//
//   polling ── websocket_opened ──► offered ── probe ──► probing ── upgrade ──► upgraded
//      ▲                               └── wrong_packet, candidate_late, candidate_gone ──► back to polling
//
//   polling, offered, probing ── close_asked ──► closing_polling ── close_due ──► draining ── the last poll, wait_over ──► ended
//   polling, offered, probing ── close_packet, no poll waits ──► left ── an overtaken poll, wait_over ──► ended
//   upgraded ── close_asked ──► closing_websocket ── close_due ──► ended
//
// The table has each event in each state. An empty cell cannot occur, and `·` does nothing. `queue`: a poll gets the queued packets; the
// word after `or` holds if there are none. `6`: a poll gets a noop. `refuse`: the request gets an error. `end`: a pending poll gets `1`,
// the application learns the reason unless it knows one, and the state is `ended`. There requests are refused, and a WebSocket is closed.
//
//   event               polling, offered, probing      upgraded           closing_polling   draining      closing_websocket  left
//   poll                queue or hold (probing: `6`)   refuse             queue or end      queue or end  refuse             `6` and end
//   poll beside a poll  refuse and end                                    refuse and end
//   poll_gone           end                                               end
//   answer_lost         end                            ·                  end               end           ·                  end
//   packets_wait        a pending poll: queue          ·                  a pending: queue  ·             ·                  ·
//   queue_full          end                            ·                  end               end           ·                  end
//   body                read                           refuse             refuse            refuse        refuse             refuse
//   body beside a body  refuse and end
//   binary_body         refuse and end                 refuse             refuse            refuse        refuse             refuse
//   body_broken         refuse and end
//   body_taken          ·                              ·                  ·                 ·             ·                  ·
//   pong                next heartbeat                 next heartbeat     ·                 ·             ·                  ·
//   close_packet        left; a pending poll: `6`, end end                ·                 ·             ·                  ·
//   ping_packet         end                            end                ·                 ·             ·                  ·
//   other_packet        ·                              ·                  ·                 ·             ·                  ·
//   broken_packet       end                            end                ·                 ·             ·                  ·
//   websocket_opened    offered; if not polling: close close              close             close         close              close
//   websocket_closed                                   end
//   websocket_broken                                   end
//   heartbeat           `2` or end                     `2` or end         · or end          · or end      · or end           ·
//   close_asked         closing_polling                closing_websocket  ·                 ·             ·                  ·
//   close_due                                                             draining                        end
//   wait_over                                                                               end                              end
//   limit_exceeded      end                            end                end               end           end                end
//   server_stops        end                            end                end               end           end                end
//
// Events of a candidate, in `offered` and `probing` only:
//   probe     offered: probing, send `3probe`; a pending poll gets the queue or `6`. probing: as wrong_packet
//   upgrade   probing: upgraded; the queue leaves on the WebSocket. offered: as wrong_packet
//   wrong_packet, candidate_late, candidate_gone: polling
//
// close_due tells the application of the close. A pending poll gets the queue, or `1` and the session ends.
//
// Messages of the client and packets to send are no events: `open` decides whether they pass, one check on the busiest path of the server.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "protocol/engineio/handshake.hpp"
#include "protocol/engineio/heartbeat.hpp"
#include "protocol/engineio/packet.hpp"
#include "protocol/engineio/socket_handler.hpp"

namespace parley::protocol::engineio {

class SessionMachine {
 public:
  enum class State : std::uint8_t {
    polling,
    offered,   // long polling; a WebSocket has opened, and its `2probe` is awaited
    probing,   // long polling; `3probe` was sent, and `5` is awaited. Polls are answered at once, so that the client can end its last one
    upgraded,  // a WebSocket is the transport
    closing_polling,    // this side closes; the application does not know it yet, because it may have asked for it in a handler
    draining,           // the application knows; polls take the last packets
    closing_websocket,  // as closing_polling, with a close frame on its way
    left,               // the client closed by POST, and a poll that the POST overtook may still come
    ended,
  };

  enum class Event : std::uint8_t {
    // Requests of long polling.
    poll,
    poll_gone,    // the client of the pending poll disconnected
    answer_lost,  // the client of a poll disconnected while its answer was on its way
    body,         // a POST
    binary_body,  // a POST of `application/octet-stream`
    body_broken,  // the body that was to be read has a malformed packet
    body_taken,   // its last packet was read
    // Packets of the client on the transport; see event_of.
    pong,
    close_packet,
    ping_packet,   // only the server pings in protocol 4
    other_packet,  // has no meaning here; the JavaScript server ignores it too
    broken_packet,
    // The WebSocket that wants to become the transport: the candidate; see candidate_event_of.
    websocket_opened,
    probe,
    upgrade,
    wrong_packet,
    candidate_late,  // the upgrade has taken too long
    candidate_gone,
    // The WebSocket that is the transport.
    websocket_closed,  // by the client, or the connection was lost
    websocket_broken,  // the client broke the WebSocket protocol
    // Packets for the client.
    packets_wait,  // the end of a turn that queued packets
    queue_full,    // no poll takes the packets
    // Times.
    heartbeat,  // the time that `Actions::heartbeat` named, or a poll before it
    close_due,  // the turn of `Effect::begin_close` is over
    wait_over,  // the time of `Effect::wait_for_last_poll` or `Effect::wait_for_overtaken_poll` has passed
    // The application and the server.
    close_asked,
    limit_exceeded,
    server_stops,
  };

  /// The circumstances of an event. Most events need none of them.
  struct Facts {
    SteadyTime now{};
    bool packets_wait = false;  // the queue for polls is not empty
    bool unread = false;        // reading is or was paused, so a pong may be among the unread packets
  };

  enum class PollAnswer : std::uint8_t { none, packets, noop, close };
  enum class Effect : std::uint8_t {
    none,
    keep_candidate,   // the WebSocket that has opened becomes the candidate, with a deadline for the upgrade
    close_websocket,  // the WebSocket that has opened is not wanted
    answer_probe,     // send `3probe` on the candidate
    switch_over,      // the candidate becomes the transport; the queued packets leave on it
    drop_candidate,   // close it
    forget_candidate,
    send_ping,
    begin_close,              // close candidate and transport; `close_due` follows in a later turn
    wait_for_last_poll,       // `wait_over` follows after limits::poll_close_timeout
    wait_for_overtaken_poll,  // close the candidate, forget queue and heartbeat; `wait_over` follows after limits::overtaken_poll_timeout
    end,                      // close candidate and transport and release everything; no further event is needed
    end_going_away,           // as end; the close frame says that the server goes away
  };
  /// Obey them in this order.
  struct Actions {
    std::optional<RequestError> refuse{};   // the poll or body of this event. A poll that is not refused is the pending poll from now on
    std::optional<SteadyTime> heartbeat{};  // the time of the next `heartbeat`
    Effect effect = Effect::none;
    PollAnswer poll = PollAnswer::none;  // to the pending poll, which is then no longer pending
    std::optional<CloseReason> told{};   // tell the application: nothing follows

    friend bool operator==(const Actions&, const Actions&) = default;
  };

  /// `first`: the transport of the first request.
  SessionMachine(Transport first, const Heartbeat& heartbeat)
      : heartbeat_(heartbeat), state_(first == Transport::websocket ? State::upgraded : State::polling) {}

  /// Must be obeyed before the next event. The state has already changed, so events that come from obeying find the new one.
  [[nodiscard]] Actions on(Event event, const Facts& facts);
  [[nodiscard]] Actions on(Event event) { return on(event, Facts{}); }

  [[nodiscard]] State state() const { return state_; }
  /// Messages pass in both directions.
  [[nodiscard]] bool open() const { return state_ <= State::upgraded; }
  /// The time of the first `heartbeat`.
  [[nodiscard]] SteadyTime next_heartbeat() const { return heartbeat_.next(); }

 private:
  [[nodiscard]] Actions on_fault(Event event);
  [[nodiscard]] Actions on_poll(const Facts& facts);
  [[nodiscard]] Actions on_body(Event event);
  [[nodiscard]] Actions on_pong(const Facts& facts);
  [[nodiscard]] Actions on_close_packet();
  [[nodiscard]] Actions on_websocket_opened();
  [[nodiscard]] Actions on_probe(const Facts& facts);
  [[nodiscard]] Actions on_upgrade();
  [[nodiscard]] Actions on_heartbeat(const Facts& facts);
  [[nodiscard]] Actions on_close_asked();
  [[nodiscard]] Actions on_close_due(const Facts& facts);

  [[nodiscard]] bool polls() const;
  [[nodiscard]] std::optional<RequestError> refusal() const;
  [[nodiscard]] Actions answer_poll(PollAnswer answer);
  [[nodiscard]] Actions lose_candidate(Effect effect);
  [[nodiscard]] Actions end(CloseReason reason, Effect effect = Effect::end);
  [[nodiscard]] Actions end_if(bool ends, CloseReason reason);
  [[nodiscard]] Actions release_poll_and_end();
  [[nodiscard]] Actions refuse_and_end(CloseReason reason);

  Heartbeat heartbeat_;
  State state_;
  bool poll_pending_ = false;
  bool body_pending_ = false;
};

/// The event of a packet other than a message on the transport.
[[nodiscard]] SessionMachine::Event event_of(PacketType type);
/// The event of a packet on the candidate. A message is as wrong as any other.
[[nodiscard]] SessionMachine::Event candidate_event_of(const Packet& packet);

}  // namespace parley::protocol::engineio
