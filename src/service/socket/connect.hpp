// Admits sockets (docs/api-contract.md §6.2): the checks in their order, with their texts.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "protocol/socketio/namespace_handler.hpp"
#include "service/session/router.hpp"
#include "service/shared/requests.hpp"

namespace parley::service {

/// The reasons for which a connection can be refused (docs/api-contract.md §6.1, §6.2): `message` of CONNECT_ERROR.
[[nodiscard]] std::span<const std::string_view> connect_refusals();

class SocketNamespace final : public protocol::socketio::NamespaceHandler {
 public:
  explicit SocketNamespace(Router& router) : router_(router) {}

  void on_connect(const protocol::socketio::ConnectRequest& request, std::shared_ptr<protocol::socketio::Peer> peer,
                  protocol::socketio::Decide decide) override;

 private:
  /// Decides when the identity of the token is known. Runs on the peer's loop.
  void decide_on(std::shared_ptr<protocol::socketio::Peer> peer, Identified identified, protocol::socketio::Decide decide);

  Router& router_;
};

}  // namespace parley::service
