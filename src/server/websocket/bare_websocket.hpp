// WebSocket without Engine.IO: connects an application's MessageHandler to a connection.
#pragma once

#include <memory>
#include <string>

#include "protocol/websocket/message_handler.hpp"
#include "server/connection/shard.hpp"
#include "server/http/exchange.hpp"
#include "server/shared/server_config.hpp"

namespace parley::server {

/// Answers the opening handshake. A request that is not a handshake is refused.
void open_bare_websocket(const std::shared_ptr<Exchange>& exchange, Shard& shard, const WebsocketConfig& config,
                         protocol::websocket::OpenHandler& handler);

}  // namespace parley::server
