// Hop 4: one connected socket. Takes an event, picks the use case, and answers in the socket's way (ack, `error` event). Never blocks and
// survives any payload. Without an ack id the work is still done, but no ack is sent.
//
// Owner: the connection's loop.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "api/request.hpp"
#include "base/containers/sorted_map.hpp"
#include "protocol/socketio/namespace_handler.hpp"
#include "service/session/invocation.hpp"
#include "service/shared/client_event.hpp"
#include "service/shared/connection.hpp"
#include "service/shared/socket_answer.hpp"

namespace parley::service {

/// The events that ClientSession handles, as /asyncapi.json describes them.
[[nodiscard]] std::vector<const ClientEvent*> client_events();

class ClientSession final : public protocol::socketio::SocketHandler {
 public:
  ClientSession(Router& router, EventLoop& loop, ConnectionPtr connection);

  void on_event(const protocol::socketio::Event& event) override;
  void on_ack(std::uint64_t, std::string_view, std::span<const Bytes>) override {}  // the server never asks for an ack
  void on_disconnect(protocol::socketio::DisconnectReason reason) override;

 private:
  /// The rooms that this socket is in or is about to enter. Shared with joins and reads in progress.
  struct Rooms {
    struct Membership {
      std::uint32_t joining = 0;
      bool joined = false;
      bool vacating = false;  // the socket is leaving: the session has ended, and another session needs the place
      RoomPlacePtr place = std::make_shared<RoomPlace>();
    };
    SortedMap<SessionId, Membership> rooms;
    std::uint32_t entries_waiting = 0;  // reads of the log in progress
  };
  struct Incoming {
    const ClientEvent& event;
    api::Fields fields;
    std::optional<std::uint64_t> ack;
  };

  /// For a use case that needs the caller and not the socket.
  [[nodiscard]] Invocation invocation() const { return {router_, loop_, connection_->caller}; }
  void create_session(const Incoming& incoming);
  void join_session(const Incoming& incoming);
  void entries(const Incoming& incoming);
  void chat_message(const Incoming& incoming);
  void end_session(const Incoming& incoming);
  void reopen_session(const Incoming& incoming);
  void relay_signal(const Incoming& incoming);
  /// Counts the event against the user's rate limit, over all sockets of the user.
  [[nodiscard]] Result<void> admit(EventKind kind, std::uint32_t EventRates::* rate, const api::Refusal& refusal);
  void refuse_overloaded(const SocketAnswer& answer);
  /// Whether the socket may enter this session: it is in it, it has a free place, or it can give up the place of an ended session.
  [[nodiscard]] bool make_place(const SessionId& session);
  void vacate_room(SessionId session);

  /// The only table of handled events; the first match counts.
  struct Row {
    const ClientEvent* event;
    void (ClientSession::*handle)(const Incoming& incoming);
  };
  static std::span<const Row> rows();
  friend std::vector<const ClientEvent*> client_events();

  Router& router_;
  EventLoop& loop_;
  ConnectionPtr connection_;
  std::shared_ptr<Rooms> rooms_ = std::make_shared<Rooms>();
};

}  // namespace parley::service
