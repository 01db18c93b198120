// Both sides of the opening handshake of WebSocket (RFC 6455 §4), without a socket. A server
// accepts the first subprotocol that the client offers, as the `ws` library of JavaScript
// servers does: browsers close a connection when none is chosen. Extensions are never accepted.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "protocol/http/http_handler.hpp"

namespace parley::protocol::websocket {

/// Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455 §4.2.2, item 5.4).
[[nodiscard]] std::string accept_key(std::string_view key);

/// Whether the request asks for WebSocket at all: `Connection` names `upgrade` and `Upgrade` names `websocket`, ignoring case.
[[nodiscard]] bool asks_for_websocket(const http::Request& request);

/// The parts of the answer to a valid request.
struct Acceptance {
  std::string key;            // Sec-WebSocket-Accept
  std::string extra_headers;  // `Sec-WebSocket-Protocol: …` when subprotocols were offered, ended by CRLF
};
/// Checks the request of a client (RFC 6455 §4.2.1): GET, the two headers above, a key of
/// 16 bytes, version 13. Offered subprotocols must be distinct tokens (§4.1, item 10).
/// The error is the answer to give: 405, 400, or 426 with `Sec-WebSocket-Version: 13`.
[[nodiscard]] std::expected<Acceptance, http::Response> check_request(const http::Request& request);
/// The bytes of the 101 answer. Further header lines each end with CRLF.
[[nodiscard]] std::string switching_protocols(std::string_view accept, std::string_view extra_headers = {});
[[nodiscard]] std::string switching_protocols(const Acceptance& acceptance);

/// Sec-WebSocket-Key of a client from 16 random bytes.
[[nodiscard]] std::string client_key(std::array<std::uint8_t, 16> random);
struct ClientRequest {
  std::string_view host;    // `127.0.0.1:3000`
  std::string_view target;  // `/socket.io/?EIO=4&transport=websocket`
  std::string_view key;
  std::string_view extra_headers;  // each ends with CRLF
};
/// The bytes of a client's request.
[[nodiscard]] std::string client_request(const ClientRequest& request);
/// Checks the head of the server's answer, up to and including the empty line (RFC 6455 §4.1). The error describes the problem.
[[nodiscard]] std::expected<void, std::string> check_response(std::string_view head, std::string_view key);

}  // namespace parley::protocol::websocket
