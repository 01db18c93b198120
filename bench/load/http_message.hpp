// The part of HTTP/1.1 that a load client needs: requests as one string, answers framed by Content-Length. Our server never sends chunked
// answers or 1xx to such requests. They are refused with a clear error.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley::bench {

struct HttpRequest {
  std::string_view method;
  std::string_view target;
  std::string_view token;  // empty: no Authorization
  std::string_view json;   // empty: no body
};

void append_request(std::string& out, const HttpRequest& request);

struct HttpResponse {
  unsigned status = 0;
  std::string_view body;
  std::size_t size = 0;  // of the whole answer, bytes
};

/// The answer at the front of `bytes`; nothing while it is incomplete. Throws LoadFailure if the bytes are not such an answer.
[[nodiscard]] std::optional<HttpResponse> frame_response(std::string_view bytes);

}  // namespace parley::bench
