// Classifies requests to the Engine.IO path, with their possible errors (docs/api-contract.md §6.1).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace parley::protocol::engineio {

enum class Transport : std::uint8_t { polling, websocket };
[[nodiscard]] std::string_view name_of(Transport transport);  // `polling`, `websocket`

/// Numbers of the JavaScript server, docs/api-contract.md §6.1. All are answered with status 400.
enum class RequestError : std::uint8_t {
  transport_unknown = 0,
  session_id_unknown = 1,
  bad_handshake_method = 2,
  bad_request = 3,
  unsupported_protocol_version = 5,
};
/// `{"code":0,"message":"Transport unknown"}`
[[nodiscard]] std::string_view body_of(RequestError error);

/// The parameters that Engine.IO reads. Of a repeated parameter the first counts. Values are percent-decoded.
struct Query {
  std::string eio;
  std::string transport;
  std::string sid;
  std::string t;     // cache buster, ignored
  bool b64 = false;  // binary messages must be sent as base64

  [[nodiscard]] static Query parse(std::string_view query);
};

/// The value of a query parameter, percent-decoded, `+` as a space; nothing when absent. A value that cannot be decoded stays as sent.
[[nodiscard]] std::optional<std::string> query_value(std::string_view query, std::string_view name);

/// The form of a request: its method (`GET`, `POST`, …) and whether it asks for WebSocket.
struct RequestForm {
  std::string_view method;
  bool websocket = false;
};

enum class RequestKind : std::uint8_t {
  open_polling,     // no sid: make a session, answer with its open packet
  open_websocket,   // no sid: upgrade the connection, make a session, send its open packet
  poll,             // GET with a sid: check_session is next
  post,             // POST with a sid: check_session is next
  probe_websocket,  // WebSocket with a sid: check_session is next, then session_machine.hpp
};

/// Makes all checks that need no session, in the order of the JavaScript server: transport; then, without a sid: method, WebSocket without
/// its upgrade header, protocol version. A request with a sid and another method than GET or POST is bad_request.
[[nodiscard]] std::expected<RequestKind, RequestError> classify(const Query& query, RequestForm form);
/// Checks a request with a sid against its session: `current` is the session's transport, nothing when there is no such session.
/// Errors   session_id_unknown; bad_request when the transports differ, or when there is no long polling to upgrade from.
[[nodiscard]] std::expected<void, RequestError> check_session(const Query& query, RequestKind kind, std::optional<Transport> current);

struct OpenPacket {
  std::string_view sid;
  Transport transport = Transport::polling;  // polling offers the upgrade to websocket, websocket offers none
  std::chrono::milliseconds ping_interval;
  std::chrono::milliseconds ping_timeout;
  std::size_t payload_bytes_max = 0;
};
/// `0{"sid":"…","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":60000,"maxPayload":1000000}`
[[nodiscard]] std::string encode_open(const OpenPacket& open);

}  // namespace parley::protocol::engineio
