#include "load/http_message.hpp"

#include <algorithm>
#include <charconv>

#include "load/load_failure.hpp"

namespace parley::bench {

namespace {

constexpr std::string_view head_end = "\r\n\r\n";

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, [](char a, char b) { return (a | 0x20) == (b | 0x20); });
}

/// `head`: the status line and the header lines, each ended by CRLF.
std::size_t content_length(std::string_view head) {
  constexpr std::string_view name = "content-length:";
  for (std::size_t line = head.find("\r\n") + 2; line < head.size(); line = head.find("\r\n", line) + 2) {
    if (!equal_ignoring_case(head.substr(line, name.size()), name)) continue;
    std::string_view value = head.substr(line + name.size());
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    std::size_t length = 0;
    if (std::from_chars(value.data(), value.data() + value.size(), length).ec == std::errc{}) return length;
  }
  throw LoadFailure("an answer without Content-Length:\n" + std::string(head));
}

}  // namespace

void append_request(std::string& out, const HttpRequest& request) {
  out.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\nHost: parley-bench\r\n");
  if (!request.token.empty()) out.append("Authorization: Bearer ").append(request.token).append("\r\n");
  if (!request.json.empty()) {
    out.append("Content-Type: application/json\r\nContent-Length: ").append(std::to_string(request.json.size())).append("\r\n");
  } else if (request.method != "GET") {
    out.append("Content-Length: 0\r\n");
  }
  out.append("\r\n").append(request.json);
}

std::optional<HttpResponse> frame_response(std::string_view bytes) {
  const std::size_t end = bytes.find(head_end);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view head = bytes.substr(0, end + 2);
  unsigned status = 0;
  if (!head.starts_with("HTTP/1.1 ") || std::from_chars(head.data() + 9, head.data() + head.size(), status).ec != std::errc{}) {
    throw LoadFailure("not an HTTP/1.1 answer: " + std::string(head.substr(0, 80)));
  }
  const std::size_t body = end + head_end.size();
  const std::size_t length = status == 101 ? 0 : content_length(head);
  if (bytes.size() - body < length) return std::nullopt;
  return HttpResponse{status, bytes.substr(body, length), body + length};
}

}  // namespace parley::bench
