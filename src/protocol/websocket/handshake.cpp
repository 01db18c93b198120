// The opening handshake as text. Requests are checked by the RFC's list, in its order.
#include "protocol/websocket/handshake.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "protocol/http/header_text.hpp"

namespace parley::protocol::websocket {
namespace {

constexpr std::string_view accept_suffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 §1.3
constexpr std::size_t key_text_size = 24;                                           // base64 of 16 bytes

bool any_names(const http::Request& request, std::string_view header_name, std::string_view token) {
  return std::ranges::any_of(request.headers, [&](const http::Header& header) {
    return http::equals_ignoring_case(header.name, header_name) && http::list_names(header.value, token);
  });
}

/// The four bits after the last byte may have any value: the example of RFC 6455 §4.1 sets one. Two characters replace the padding, so
/// these bits become part of a byte and only the alphabet is checked.
bool is_client_key(std::string_view key) {
  return key.size() == key_text_size && key.ends_with("==") && from_base64(std::string(key.substr(0, key_text_size - 2)) + "AA");
}

bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";  // RFC 9110 §5.6.2
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || marks.contains(c);
  });
}

/// The first of a list of distinct tokens; nothing: the text is not such a list.
std::optional<std::string> first_token(std::string_view list) {
  std::set<std::string_view> tokens;
  std::optional<std::string> first;
  for (std::size_t start = 0; start <= list.size();) {
    const std::string_view piece = list.substr(start, list.find(',', start) - start);
    const std::string_view token = http::trim_whitespace(piece);
    if (!is_token(token) || !tokens.insert(token).second) return std::nullopt;
    if (!first) first = token;
    start += piece.size() + 1;
  }
  return first;
}

http::Response refusal(unsigned status, std::string text) {
  http::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
  response.body = std::move(text);
  return response;
}

/// The relevant headers of a server's answer.
struct Answer {
  bool upgrade = false;
  bool connection = false;
  std::string_view accept;
  bool unasked = false;  // an extension or subprotocol that was not offered
};

void note_header(Answer& answer, std::string_view name, std::string_view value) {
  if (http::equals_ignoring_case(name, "Upgrade")) {
    answer.upgrade = http::equals_ignoring_case(value, "websocket");
  } else if (http::equals_ignoring_case(name, "Connection")) {
    answer.connection = answer.connection || http::list_names(value, "upgrade");
  } else if (http::equals_ignoring_case(name, "Sec-WebSocket-Accept")) {
    answer.accept = value;
  } else if (http::equals_ignoring_case(name, "Sec-WebSocket-Extensions") || http::equals_ignoring_case(name, "Sec-WebSocket-Protocol")) {
    answer.unasked = true;
  }
}

/// Cuts the next line, without its CRLF, off the front of `rest`.
std::string_view next_line(std::string_view& rest) {
  const std::size_t end = rest.find("\r\n");
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
  return line;
}

}  // namespace

std::string accept_key(std::string_view key) {
  return to_base64(view_of(sha1({key, accept_suffix})));
}

bool asks_for_websocket(const http::Request& request) {
  return any_names(request, "Connection", "upgrade") && any_names(request, "Upgrade", "websocket");
}

std::expected<Acceptance, http::Response> check_request(const http::Request& request) {
  if (request.method != "GET") {
    http::Response response = refusal(405, "WebSocket begins with GET\n");
    response.headers.push_back({"Allow", "GET"});
    return std::unexpected(std::move(response));
  }
  if (!asks_for_websocket(request)) {
    return std::unexpected(refusal(400, "Upgrade: websocket and Connection: Upgrade are needed\n"));
  }
  const std::string* version = request.find("Sec-WebSocket-Version");
  if (version == nullptr || http::trim_whitespace(*version) != "13") {
    http::Response response = refusal(426, "Sec-WebSocket-Version must be 13\n");
    response.headers.push_back({"Sec-WebSocket-Version", "13"});
    return std::unexpected(std::move(response));
  }
  const std::string* key = request.find("Sec-WebSocket-Key");
  if (key == nullptr || !is_client_key(http::trim_whitespace(*key))) {
    return std::unexpected(refusal(400, "Sec-WebSocket-Key must be 16 bytes in base64\n"));
  }
  Acceptance acceptance{accept_key(http::trim_whitespace(*key)), {}};
  if (const auto offered = request.joined("Sec-WebSocket-Protocol", ",")) {
    const auto chosen = first_token(*offered);
    if (!chosen) return std::unexpected(refusal(400, "Sec-WebSocket-Protocol must be a list of different tokens\n"));
    acceptance.extra_headers = "Sec-WebSocket-Protocol: " + *chosen + "\r\n";
  }
  return acceptance;
}

std::string switching_protocols(const Acceptance& acceptance) {
  return switching_protocols(acceptance.key, acceptance.extra_headers);
}

std::string switching_protocols(std::string_view accept, std::string_view extra_headers) {
  std::string out = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ";
  out.append(accept).append("\r\n").append(extra_headers).append("\r\n");
  return out;
}

std::string client_key(std::array<std::uint8_t, 16> random) {
  return to_base64(view_of(random));
}

std::string client_request(const ClientRequest& request) {
  std::string out = "GET ";
  out.append(request.target).append(" HTTP/1.1\r\nHost: ").append(request.host);
  out.append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ");
  out.append(request.key).append("\r\n").append(request.extra_headers).append("\r\n");
  return out;
}

std::expected<void, std::string> check_response(std::string_view head, std::string_view key) {
  const std::string_view status = next_line(head);
  if (!status.starts_with("HTTP/1.1 101")) {
    return std::unexpected("the server answered `" + std::string(status) + "`");
  }
  Answer answer;
  while (!head.empty()) {
    const std::string_view line = next_line(head);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos) {
      note_header(answer, line.substr(0, colon), http::trim_whitespace(line.substr(colon + 1)));
    }
  }
  if (!answer.upgrade || !answer.connection) {
    return std::unexpected("the answer does not upgrade to WebSocket");
  }
  if (answer.accept != accept_key(key)) {
    return std::unexpected("Sec-WebSocket-Accept is not that of the key");
  }
  if (answer.unasked) {
    return std::unexpected("the server chose an extension or a subprotocol that was not offered");
  }
  return {};
}

}  // namespace parley::protocol::websocket
