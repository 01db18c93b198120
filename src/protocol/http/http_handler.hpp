// What an application implements to answer HTTP. `server` parses, frames and times; the application decides.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/event_loop.hpp"

namespace parley::protocol::http {

struct Header {
  std::string name;
  std::string value;
};

/// One whole request. Owned by whoever holds it.
struct Request {
  std::string method;           // as sent: `GET`
  std::string target;           // as sent, with the query: `/api/x?y=1`
  std::vector<Header> headers;  // names as sent; find() ignores case
  std::string body;             // chunked coding removed; content coding still on
  bool has_body = false;        // Content-Length or Transfer-Encoding was there
  std::string remote_address;   // textual IP of the peer (or what a trusted proxy said), an IPv4-mapped address as IPv4

  [[nodiscard]] std::string_view path() const;   // `target` up to `?`
  [[nodiscard]] std::string_view query() const;  // behind `?`, may be empty
  /// The first header of that name, case ignored.
  [[nodiscard]] const std::string* find(std::string_view name) const;
  /// Whether a page of this server's own address names that origin: its scheme may be either, for a proxy may terminate TLS.
  [[nodiscard]] bool is_own_origin(std::string_view origin) const;
  /// All headers of that name in their order, joined by `separator`; nothing when there is none. A client may send a list in several
  /// fields: `, ` joins most of them (RFC 9110 §5.3), `; ` those of `Cookie` (RFC 9113 §8.2.3).
  [[nodiscard]] std::optional<std::string> joined(std::string_view name, std::string_view separator) const;
};

struct Response {
  unsigned status = 200;
  std::vector<Header> headers;                     // without Content-Length, Connection, Date: `server` writes those
  std::string body;                                // for HEAD: as for GET; `server` leaves it out and keeps its length
  std::shared_ptr<const std::string> shared_body;  // instead of `body`: one that is the same for many answers
  std::string shared_headers;                      // header lines known to be the same for many answers, each ended by CRLF; may be empty

  [[nodiscard]] std::string_view content() const { return shared_body == nullptr ? std::string_view(body) : *shared_body; }
};

using Respond = std::move_only_function<void(Response)>;

class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  /// Called on the connection's loop, one request of a connection at a time. `respond` must be called exactly once, on that loop
  /// (`loop`), inside this call or later; it is safe to call after the client has gone.
  virtual void handle(Request request, EventLoop& loop, Respond respond) = 0;
  /// A body announced or grown beyond the server's limit: the answer to give (413). Other malformed requests are answered by `server` with
  /// 400.
  [[nodiscard]] virtual Response body_too_large(const Request& head) = 0;
};

}  // namespace parley::protocol::http
