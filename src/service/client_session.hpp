// Hop 4: one connected socket. Takes an event, picks the use case, answers in the socket's way (ack, `error` event). Never blocks,
// survives any payload, and answers to nobody when no ack was asked for: the work is done all the same.
//
// Owner: the connection's loop.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "api/request.hpp"
#include "protocol/socketio/namespace_handler.hpp"
#include "service/connection.hpp"
#include "service/create.hpp"
#include "service/router.hpp"

namespace parley::service {

class ClientSession final : public protocol::socketio::SocketHandler {
 public:
  ClientSession(Router& router, std::vector<std::unique_ptr<Creator>>& creators, EventLoop& loop, ConnectionPtr connection);

  void on_event(const protocol::socketio::Event& event) override;
  void on_ack(std::uint64_t, std::string_view, std::span<const Bytes>) override {}  // nothing is sent that wants an ack
  void on_disconnect(protocol::socketio::DisconnectReason reason) override;

 private:
  /// The rooms this socket is in or about to enter. Shared with joins that are under way.
  struct Rooms {
    struct Room {
      std::uint32_t joining = 0;
      bool joined = false;
    };
    std::map<SessionId, Room> rooms;
  };
  using AckId = std::optional<std::uint64_t>;

  void create_session(const api::Fields& fields, AckId ack);
  void join_session(const api::Fields& fields, AckId ack);
  void chat_message(const api::Fields& fields, AckId ack);
  void end_session(const api::Fields& fields, AckId ack);
  void relay_signal(std::string_view event, const api::Fields& fields);

  Router& router_;
  std::vector<std::unique_ptr<Creator>>& creators_;
  EventLoop& loop_;
  ConnectionPtr connection_;
  std::shared_ptr<Rooms> rooms_ = std::make_shared<Rooms>();
};

}  // namespace parley::service
