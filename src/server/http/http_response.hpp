// Writes an HTTP/1.1 answer. Adds the headers that every answer needs, so that handlers give only their own.
#pragma once

#include <string>
#include <string_view>

#include "protocol/http/http_handler.hpp"

namespace parley::server {

struct ResponseFrame {
  std::string_view date;   // as RFC 9110 §5.6.7 requires it
  bool head_only = false;  // the answer to HEAD: the length, not the body
  bool keep_alive = true;
  bool http_1_0 = false;  // such a client needs a header to keep the connection
};

/// Appends status line and headers.
void append_response_head(std::string& out, const protocol::http::Response& response, const ResponseFrame& frame);
/// Whether the content is sent after the headers.
[[nodiscard]] bool has_content(const protocol::http::Response& response, const ResponseFrame& frame);

/// `Bad Request` for 400; empty for statuses that are not registered.
[[nodiscard]] std::string_view reason_of(unsigned status);

/// The server's own answer, with one line of text.
[[nodiscard]] protocol::http::Response plain_response(unsigned status);

}  // namespace parley::server
