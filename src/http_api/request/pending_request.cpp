#include "http_api/request/pending_request.hpp"

#include <charconv>

#include "api/answer.hpp"
#include "base/assert.hpp"
#include "base/hash.hpp"
#include "base/json_writer.hpp"
#include "domain/error_code.hpp"
#include "http_api/request/header_text.hpp"
#include "protocol/http/client_key.hpp"

namespace parley::http_api {

using protocol::http::Response;

namespace {

/// The contract's page for an unknown path. Method and path come from the client, so the path is escaped.
std::string not_found_page(std::string_view method, std::string_view path) {
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n</head>\n<body>\n<pre>Cannot ";
  page.append(method).append(" ");
  for (const char c : path) {
    switch (c) {
      case '&':
        page += "&amp;";
        break;
      case '<':
        page += "&lt;";
        break;
      case '>':
        page += "&gt;";
        break;
      case '"':
        page += "&quot;";
        break;
      case '\'':
        page += "&#39;";
        break;
      default:
        page += c;
    }
  }
  return page.append("</pre>\n</body>\n</html>\n");
}

std::string seconds_up(std::int64_t milliseconds) {
  return std::to_string((milliseconds + 999) / 1000);
}

}  // namespace

std::string etag_of(std::string_view body) {
  std::array<char, 16> hex{};
  const auto end = std::to_chars(hex.data(), hex.data() + hex.size(), body.size(), 16).ptr;
  std::string tag = "W/\"";
  tag.append(hex.data(), end).append("-").append(to_base64(view_of(sha1({body}))), 0, 27).append("\"");
  return tag;
}

PendingRequest::PendingRequest(protocol::http::Request taken_request, EventLoop* taken_loop, protocol::http::Respond respond)
    : request(std::move(taken_request)), loop(taken_loop), respond_(std::move(respond)) {}

PendingRequest::~PendingRequest() {
  // If a use case dropped its callback, the client would wait forever. An answer 500 is better.
  if (!answered()) answer(500, R"({"message":"Server error"})");
}

Response PendingRequest::response(unsigned status, AnswerKind kind) const {
  Response result;
  result.status = status;
  result.shared_headers = shared_headers(kind, cross_origin);
  result.headers.reserve(8);
  if (cross_origin == CrossOrigin::allowed) {
    if (const auto* origin = request.find("origin"); origin != nullptr) result.headers.push_back({"Access-Control-Allow-Origin", *origin});
  }
  add_window_headers(result);
  result.headers.insert(result.headers.end(), more_headers.begin(), more_headers.end());
  return result;
}

void PendingRequest::add_window_headers(Response& response) const {
  if (!window) return;
  const auto limit = std::to_string(window->limit);
  response.headers.push_back({"RateLimit-Policy", limit + ";w=" + std::to_string(window->window_seconds)});
  response.headers.push_back({"RateLimit-Limit", limit});
  response.headers.push_back({"RateLimit-Remaining", std::to_string(window->remaining)});
  response.headers.push_back({"RateLimit-Reset", std::to_string(window->reset_seconds)});
  if (window->is_over) response.headers.push_back({"Retry-After", std::to_string(window->reset_seconds)});
}

const std::string& PendingRequest::client_key() {
  if (client_key_.empty()) client_key_ = protocol::http::client_key(request.remote_address);
  return client_key_;
}

void PendingRequest::answer(unsigned status, std::string json) {
  auto result = response(status, AnswerKind::json);
  result.body = std::move(json);
  finish(std::move(result));
}

void PendingRequest::answer(const Error& error) {
  const auto& row = error_row(error.code);
  auto result = response(row.http_status, AnswerKind::json);
  if (error.code == ErrorCode::internal) {
    result.body = R"({"message":"Server error"})";
  } else {
    JsonWriter writer(result.body);
    api::write_error(writer, error);
  }
  if (error.retry_after_ms > 0) result.headers.push_back({"Retry-After", seconds_up(error.retry_after_ms)});
  finish(std::move(result));
}

void PendingRequest::answer_framework_error(unsigned status, std::string_view message) {
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().key("success").boolean(false).member("message", message).end_object();
  answer(status, std::move(json));
}

void PendingRequest::answer_text(std::string text) {
  auto result = response(200, AnswerKind::text);
  result.body = std::move(text);
  finish(std::move(result));
}

void PendingRequest::answer_not_found() {
  auto result = response(404, AnswerKind::not_found);
  result.body = not_found_page(request.method, request.path());
  finish(std::move(result));
}

void PendingRequest::answer_preflight() {
  auto result = response(204, AnswerKind::json);
  result.shared_headers = preflight_headers();
  std::exchange(respond_, nullptr)(std::move(result));
}

ConstantBody::ConstantBody(std::string body) : bytes(std::make_shared<const std::string>(std::move(body))), etag(etag_of(*bytes)) {}

void PendingRequest::answer_asset(std::string_view content_type, const ConstantBody& body) {
  auto result = response(200, AnswerKind::asset);
  result.headers.push_back({"Content-Type", std::string(content_type)});
  result.shared_body = body.bytes;
  finish(std::move(result), body.etag);
}

void PendingRequest::answer_document(const ConstantBody& body) {
  auto result = response(200, AnswerKind::json);
  result.shared_body = body.bytes;
  finish(std::move(result), body.etag);
}

void PendingRequest::answer_live_page() {
  Response result;
  result.headers.push_back({"Content-Type", "text/html; charset=utf-8"});
  result.body = "Server is Live!";
  finish(std::move(result));
}

void PendingRequest::finish(Response response) {
  auto etag = etag_of(response.body);
  finish(std::move(response), std::move(etag));
}

void PendingRequest::finish(Response response, std::string etag) {
  PARLEY_ASSERT(!answered());
  if (is_get_or_head() && response.status == 200) {
    const auto if_none_match = request.joined("if-none-match", ", ");
    if (if_none_match && etag_matches(*if_none_match, etag)) {
      response.status = 304;
      response.body.clear();
      response.shared_body.reset();
    }
  }
  response.headers.push_back({"ETag", std::move(etag)});
  std::exchange(respond_, nullptr)(std::move(response));
}

}  // namespace parley::http_api
