// Requests to the Engine.IO path, checked in the order of the JavaScript server, because tests of clients check the error number.
#include "protocol/engineio/handshake.hpp"

#include <algorithm>

#include "base/json_writer.hpp"

namespace parley::protocol::engineio {
namespace {

int hex_digit(char character) {
  if (character >= '0' && character <= '9') {
    return character - '0';
  }
  const char lower = static_cast<char>(character | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string decode_percent(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t index = 0; index < text.size(); ++index) {
    if (text[index] == '%' && index + 2 < text.size() && hex_digit(text[index + 1]) >= 0 && hex_digit(text[index + 2]) >= 0) {
      out.push_back(static_cast<char>(hex_digit(text[index + 1]) * 16 + hex_digit(text[index + 2])));
      index += 2;
    } else {
      out.push_back(text[index] == '+' ? ' ' : text[index]);
    }
  }
  return out;
}

std::optional<Transport> parse_transport(std::string_view name) {
  if (name == name_of(Transport::polling)) {
    return Transport::polling;
  }
  return name == name_of(Transport::websocket) ? std::optional(Transport::websocket) : std::nullopt;
}

/// The rules for a request that wants a new session.
std::expected<RequestKind, RequestError> classify_open(const Query& query, RequestForm form, Transport transport) {
  if (form.method != "GET") {
    return std::unexpected(RequestError::bad_handshake_method);
  }
  if ((transport == Transport::websocket) != form.websocket) {
    return std::unexpected(RequestError::bad_request);
  }
  if (query.eio != "4") {
    return std::unexpected(RequestError::unsupported_protocol_version);
  }
  return transport == Transport::websocket ? RequestKind::open_websocket : RequestKind::open_polling;
}

}  // namespace

std::string_view name_of(Transport transport) {
  return transport == Transport::polling ? "polling" : "websocket";
}

std::string_view body_of(RequestError error) {
  switch (error) {
    case RequestError::transport_unknown:
      return R"({"code":0,"message":"Transport unknown"})";
    case RequestError::session_id_unknown:
      return R"({"code":1,"message":"Session ID unknown"})";
    case RequestError::bad_handshake_method:
      return R"({"code":2,"message":"Bad handshake method"})";
    case RequestError::bad_request:
      return R"({"code":3,"message":"Bad request"})";
    case RequestError::unsupported_protocol_version:
      break;
  }
  return R"({"code":5,"message":"Unsupported protocol version"})";
}

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const std::size_t equals = pair.find('=');
    if (decode_percent(pair.substr(0, equals)) == name) {
      return decode_percent(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1));
    }
  }
  return std::nullopt;
}

Query Query::parse(std::string_view query) {
  return {.eio = query_value(query, "EIO").value_or(""),
          .transport = query_value(query, "transport").value_or(""),
          .sid = query_value(query, "sid").value_or(""),
          .t = query_value(query, "t").value_or(""),
          .b64 = !query_value(query, "b64").value_or("").empty()};
}

std::expected<RequestKind, RequestError> classify(const Query& query, RequestForm form) {
  const std::optional<Transport> transport = parse_transport(query.transport);
  if (!transport) {
    return std::unexpected(RequestError::transport_unknown);
  }
  if (query.sid.empty()) {
    return classify_open(query, form, *transport);
  }
  if (form.websocket && transport == Transport::websocket) {
    return RequestKind::probe_websocket;
  }
  if (!form.websocket && form.method == "GET") {
    return RequestKind::poll;
  }
  if (!form.websocket && form.method == "POST") {
    return RequestKind::post;
  }
  return std::unexpected(RequestError::bad_request);
}

std::expected<void, RequestError> check_session(const Query& query, RequestKind kind, std::optional<Transport> current) {
  if (!current) {
    return std::unexpected(RequestError::session_id_unknown);
  }
  const bool matches = kind == RequestKind::probe_websocket || query.transport == name_of(Transport::polling);
  if (!matches || current != Transport::polling) {
    return std::unexpected(RequestError::bad_request);
  }
  return {};
}

std::string encode_open(const OpenPacket& open) {
  std::string out = "0";
  JsonWriter writer(out);
  writer.begin_object().member("sid", open.sid).key("upgrades").begin_array();
  if (open.transport == Transport::polling) {
    writer.string(name_of(Transport::websocket));
  }
  writer.end_array();
  writer.key("pingInterval").integer(open.ping_interval.count());
  writer.key("pingTimeout").integer(open.ping_timeout.count());
  writer.key("maxPayload").integer(static_cast<std::int64_t>(open.payload_bytes_max));
  writer.end_object();
  return out;
}

}  // namespace parley::protocol::engineio
