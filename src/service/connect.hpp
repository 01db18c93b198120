// Admits sockets (docs/api-contract.md §6.2): the checks in their order, with their texts.
#pragma once

#include <memory>
#include <vector>

#include "protocol/socketio/namespace_handler.hpp"
#include "service/create.hpp"
#include "service/live_tokens.hpp"
#include "service/router.hpp"

namespace parley::service {

class SocketNamespace final : public protocol::socketio::NamespaceHandler {
 public:
  /// `live` is by loop index.
  SocketNamespace(Router& router, std::vector<std::unique_ptr<Creator>>& creators, std::vector<LiveTokens>& live)
      : router_(router), creators_(creators), live_(live) {}

  void on_connect(const protocol::socketio::ConnectRequest& request, std::shared_ptr<protocol::socketio::Peer> peer,
                  protocol::socketio::Decide decide) override;

 private:
  /// Decides when the identity of the token is known. Runs on the peer's loop.
  void decide_on(std::shared_ptr<protocol::socketio::Peer> peer, Identified identified, protocol::socketio::Decide decide);

  Router& router_;
  std::vector<std::unique_ptr<Creator>>& creators_;
  std::vector<LiveTokens>& live_;
};

}  // namespace parley::service
