// The interface for an application that answers HTTP. `server` handles parsing, framing and timeouts; the application decides.
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

/// One whole request. Owned by its holder.
struct Request {
  std::string method;           // as sent: `GET`
  std::string target;           // as sent, with the query: `/api/x?y=1`
  std::vector<Header> headers;  // names as sent; find() ignores case
  std::string body;             // chunked coding removed; content coding not removed
  bool has_body = false;        // Content-Length or Transfer-Encoding was present
  std::string remote_address;   // textual IP of the peer (or the one that a trusted proxy named), an IPv4-mapped address as IPv4

  [[nodiscard]] std::string_view path() const;   // `target` up to `?`
  [[nodiscard]] std::string_view query() const;  // after `?`, may be empty
  /// The first header of that name, ignoring case.
  [[nodiscard]] const std::string* find(std::string_view name) const;
  /// Whether the origin is this server's own address. Both schemes are accepted, because a proxy may terminate TLS.
  [[nodiscard]] bool is_own_origin(std::string_view origin) const;
  /// All headers of that name in their order, joined by `separator`; nothing when there is none. A client may send a list in several
  /// fields. Most of them are joined by `, ` (RFC 9110 §5.3), those of `Cookie` by `; ` (RFC 9113 §8.2.3).
  [[nodiscard]] std::optional<std::string> joined(std::string_view name, std::string_view separator) const;
};

struct Response {
  unsigned status = 200;
  std::vector<Header> headers;                     // without Content-Length, Connection, Date: `server` writes those
  std::string body;                                // for HEAD: as for GET; `server` leaves it out and keeps its length
  std::shared_ptr<const std::string> shared_body;  // instead of `body`: shared by many answers
  std::string shared_headers;                      // header lines shared by many answers, each ended by CRLF; may be empty

  [[nodiscard]] std::string_view content() const { return shared_body == nullptr ? std::string_view(body) : *shared_body; }
};

using Respond = std::move_only_function<void(Response)>;

class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  /// Called on the connection's loop, for one request of a connection at a time. `respond` must be called exactly once, on that loop
  /// (`loop`), inside this call or later. It is safe to call it after the client has disconnected.
  virtual void handle(Request request, EventLoop& loop, Respond respond) = 0;
  /// Returns the answer (413) for a body that exceeds the server's limit, by its announced length or while it arrives. `server` itself
  /// answers other malformed requests with 400.
  [[nodiscard]] virtual Response body_too_large(const Request& head) = 0;
};

}  // namespace parley::protocol::http
