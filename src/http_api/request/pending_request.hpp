// One request and its one answer, with the results of the steps before the handler.
//
// Handlers move it into the callback of the use case, which then owns it. Answering twice is a bug and asserted. Without an answer, the
// destructor answers 500, so that the client does not wait forever.
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
#include "http_api/request/http_api_config.hpp"
#include "http_api/request/shared_headers.hpp"
#include "http_api/request/window_limiter.hpp"
#include "protocol/http/http_handler.hpp"

namespace parley::http_api {

/// A body that is the same for all clients, with its ETag. Built once, so that an answer needs neither a copy nor a hash.
struct ConstantBody {
  explicit ConstantBody(std::string body);

  std::shared_ptr<const std::string> bytes;
  std::string etag;
};

class PendingRequest {
 public:
  PendingRequest(protocol::http::Request taken_request, EventLoop* taken_loop, protocol::http::Respond respond);
  ~PendingRequest();
  PendingRequest(const PendingRequest&) = delete;
  PendingRequest& operator=(const PendingRequest&) = delete;

  protocol::http::Request request;
  EventLoop* loop;                        // never null in a handler
  domain::Caller caller;                  // after authentication
  domain::Revocation token;               // after authentication: the data to revoke the token
  api::Fields fields;                     // after reading the body
  std::array<std::string, 2> parameters;  // of the path, decoded
  std::optional<WindowState> window;      // of the innermost limiter that counted this request
  CrossOrigin cross_origin = CrossOrigin::refused;

  std::vector<protocol::http::Header> more_headers;  // of the answer, in addition to the common ones

  [[nodiscard]] bool is_get_or_head() const { return request.method == "GET" || request.method == "HEAD"; }
  [[nodiscard]] bool answered() const { return !respond_; }
  /// The key under which limiters count the client. Built on first use.
  [[nodiscard]] const std::string& client_key();

  /// Answers JSON with any status.
  void answer(unsigned status, std::string json);
  /// `{"message":…,"code":…}` with the status of the code's row. `Retry-After` if waiting helps. `internal` hides the cause.
  void answer(const Error& error);
  /// `{"success":false,"message":…}`: docs/api-contract.md §1.3 and §2.3.
  void answer_framework_error(unsigned status, std::string_view message);
  void answer_text(std::string text);
  void answer_not_found();
  void answer_preflight();
  void answer_asset(std::string_view content_type, const ConstantBody& body);
  /// Answers a JSON document that is the same for all clients.
  void answer_document(const ConstantBody& body);
  /// `GET /`: without the headers that other answers have.
  void answer_live_page();

 private:
  [[nodiscard]] protocol::http::Response response(unsigned status, AnswerKind kind) const;
  void add_window_headers(protocol::http::Response& response) const;
  /// Adds the ETag, or turns the response into a 304, and sends it.
  void finish(protocol::http::Response response);
  void finish(protocol::http::Response response, std::string etag);

  protocol::http::Respond respond_;
  std::string client_key_;
};

using PendingRequestPtr = std::shared_ptr<PendingRequest>;

/// `W/"<length in hex>-<first 27 characters of base64(SHA-1(body))>"`.
[[nodiscard]] std::string etag_of(std::string_view body);

}  // namespace parley::http_api
