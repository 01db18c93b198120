// One request on its way to its answer: what the steps before the handler found out, and the one answer it gets.
//
// Owned by whoever works on it at the moment; handlers move it into the callback of the use case. Answering twice, or never, is a
// mistake of ours and asserted.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/request.hpp"
#include "base/event_loop.hpp"
#include "base/result.hpp"
#include "domain/revocation.hpp"
#include "domain/user.hpp"
#include "http_api/http_api_config.hpp"
#include "http_api/shared_headers.hpp"
#include "http_api/window_limiter.hpp"
#include "protocol/http/http_handler.hpp"

namespace parley::http_api {

/// A body that is the same for everybody, with its tag: made once, so that asking for it costs neither a copy nor a hash.
struct ConstantBody {
  explicit ConstantBody(std::string body);

  std::shared_ptr<const std::string> bytes;
  std::string etag;
};

class Exchange {
 public:
  Exchange(protocol::http::Request taken_request, EventLoop* taken_loop, protocol::http::Respond respond);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  protocol::http::Request request;
  EventLoop* loop;                        // never null in a handler
  domain::Caller caller;                  // after authentication
  domain::Revocation token;               // after authentication: what would revoke the token presented
  api::Fields fields;                     // after the body was read
  std::array<std::string, 2> parameters;  // of the path, decoded
  std::optional<WindowState> window;      // of the innermost limiter that counted this request
  CrossOrigin cross_origin = CrossOrigin::refused;

  std::vector<protocol::http::Header> more_headers;  // of the answer, beside those that every one has

  [[nodiscard]] bool is_get_or_head() const { return request.method == "GET" || request.method == "HEAD"; }
  [[nodiscard]] bool answered() const { return !respond_; }
  /// By which limiters count the client. Made when it is first asked for.
  [[nodiscard]] const std::string& client_key();

  /// JSON of any status.
  void answer(unsigned status, std::string json);
  /// `{"message":…,"code":…}` with the status of the code's row; `Retry-After` where waiting helps; `internal` hides what it was.
  void answer(const Error& error);
  /// `{"success":false,"message":…}`: docs/api-contract.md §1.3 and §2.3.
  void answer_framework_error(unsigned status, std::string_view message);
  void answer_text(std::string text);
  void answer_not_found();
  void answer_preflight();
  void answer_asset(std::string_view content_type, const ConstantBody& body);
  /// A JSON document that is the same for everybody.
  void answer_document(const ConstantBody& body);
  /// `GET /`: none of the headers of the others.
  void answer_live_page();

 private:
  [[nodiscard]] protocol::http::Response response(unsigned status, AnswerKind kind) const;
  void add_window_headers(protocol::http::Response& response) const;
  /// Puts the ETag on, or makes it a 304, and sends it.
  void finish(protocol::http::Response response);
  void finish(protocol::http::Response response, std::string etag);

  protocol::http::Respond respond_;
  std::string client_key_;
};

using ExchangePtr = std::shared_ptr<Exchange>;

/// `W/"<length in hex>-<first 27 characters of base64(SHA-1(body))>"`.
[[nodiscard]] std::string etag_of(std::string_view body);

}  // namespace parley::http_api
