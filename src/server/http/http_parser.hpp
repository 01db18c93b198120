// Bytes to whole HTTP/1.1 requests (RFC 9112), with Beast's parser, which is hidden by this header. One object per request.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "protocol/http/http_handler.hpp"

namespace parley::server {

class HttpParser {
 public:
  HttpParser();
  ~HttpParser();
  HttpParser(const HttpParser&) = delete;
  HttpParser& operator=(const HttpParser&) = delete;

  struct Progress {
    enum class Kind : std::uint8_t {
      need_more,
      head,            // request line and headers are complete: set the limit of the body, then continue feeding
      whole,           // take the request
      body_too_large,  // send the handler's answer
      bad,             // answer with `status`
    };
    Kind kind = Kind::need_more;
    std::size_t used = 0;
    unsigned status = 0;
  };
  /// Takes bytes. Unused bytes must be fed again, with more after them. After whole, body_too_large or bad the parser is done.
  [[nodiscard]] Progress feed(std::span<const char> bytes);

  /// After `head`, without the body.
  [[nodiscard]] const protocol::http::Request& head() const;
  void limit_body(std::size_t bytes_max);
  /// Whether the client waits for `100 Continue` before it sends its body (RFC 9110 §10.1.1).
  [[nodiscard]] bool expects_continue() const;
  [[nodiscard]] bool keep_alive() const;
  [[nodiscard]] bool http_1_0() const;
  /// Bytes of the body so far.
  [[nodiscard]] std::size_t body_bytes() const;
  /// After `whole`.
  [[nodiscard]] protocol::http::Request take();

 private:
  [[nodiscard]] Progress feed_head(std::span<const char> bytes);
  [[nodiscard]] Progress feed_body(std::span<const char> bytes);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::server
