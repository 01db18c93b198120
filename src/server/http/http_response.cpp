#include "server/http/http_response.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/limits.hpp"

namespace parley::server {

namespace {

void append_number(std::string& out, std::size_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

/// A 204 has a length as well: the contract's OPTIONS answers do (docs/api-contract.md §2.5), and no client minds.
bool has_length(unsigned status) {
  return status >= 200 && status != 304;
}

bool has_body(unsigned status) {
  return status >= 200 && status != 204 && status != 304;
}

}  // namespace

std::string_view reason_of(unsigned status) {
  static constexpr std::pair<unsigned, std::string_view> reasons[] = {{100, "Continue"},
                                                                      {101, "Switching Protocols"},
                                                                      {200, "OK"},
                                                                      {201, "Created"},
                                                                      {202, "Accepted"},
                                                                      {204, "No Content"},
                                                                      {206, "Partial Content"},
                                                                      {301, "Moved Permanently"},
                                                                      {302, "Found"},
                                                                      {303, "See Other"},
                                                                      {304, "Not Modified"},
                                                                      {307, "Temporary Redirect"},
                                                                      {308, "Permanent Redirect"},
                                                                      {400, "Bad Request"},
                                                                      {401, "Unauthorized"},
                                                                      {403, "Forbidden"},
                                                                      {404, "Not Found"},
                                                                      {405, "Method Not Allowed"},
                                                                      {408, "Request Timeout"},
                                                                      {409, "Conflict"},
                                                                      {410, "Gone"},
                                                                      {411, "Length Required"},
                                                                      {413, "Payload Too Large"},
                                                                      {414, "URI Too Long"},
                                                                      {415, "Unsupported Media Type"},
                                                                      {422, "Unprocessable Entity"},
                                                                      {426, "Upgrade Required"},
                                                                      {429, "Too Many Requests"},
                                                                      {431, "Request Header Fields Too Large"},
                                                                      {500, "Internal Server Error"},
                                                                      {501, "Not Implemented"},
                                                                      {502, "Bad Gateway"},
                                                                      {503, "Service Unavailable"},
                                                                      {504, "Gateway Timeout"},
                                                                      {507, "Insufficient Storage"}};
  for (const auto& [known, reason] : reasons) {
    if (known == status) return reason;
  }
  return {};
}

bool has_content(const protocol::http::Response& response, const ResponseFrame& frame) {
  return !frame.head_only && has_body(response.status);
}

void append_response_head(std::string& out, const protocol::http::Response& response, const ResponseFrame& frame) {
  const std::size_t content_bytes = has_content(response, frame) ? std::min(response.content().size(), limits::http_slice_bytes) : 0;
  out.reserve(out.size() + 256 + response.shared_headers.size() + content_bytes);
  out += "HTTP/1.1 ";
  append_number(out, response.status);
  out += ' ';
  out += reason_of(response.status);
  out += "\r\n";
  for (const auto& [name, value] : response.headers) {
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
  }
  out += response.shared_headers;
  out += "Date: ";
  out += frame.date;
  out += "\r\n";
  if (has_length(response.status)) {
    out += "Content-Length: ";
    append_number(out, response.status == 204 ? 0 : response.content().size());
    out += "\r\n";
  }
  if (!frame.keep_alive) {
    out += "Connection: close\r\n";
  } else if (frame.http_1_0) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
}

protocol::http::Response plain_response(unsigned status) {
  protocol::http::Response response;
  response.status = status;
  response.headers.push_back({"Content-Type", "text/plain; charset=utf-8"});
  response.body = std::string(reason_of(status)) + "\n";
  return response;
}

}  // namespace parley::server
