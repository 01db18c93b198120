#include "server/http_parser.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <utility>

#include "base/limits.hpp"
#include "protocol/http/header_text.hpp"

namespace parley::server {

namespace beast_http = boost::beast::http;

struct HttpParser::Impl {
  beast_http::request_parser<beast_http::string_body> parser;
  protocol::http::Request request;
  std::size_t body_bytes_max = 0;
  std::size_t head_bytes = 0;
  bool head_said = false;

  void read_head();
};

namespace {

using Kind = HttpParser::Progress::Kind;

std::string text(boost::beast::string_view view) {
  return {view.data(), view.size()};
}

std::string_view text(std::span<const char> bytes) {
  return {bytes.data(), bytes.size()};
}

/// Proxies may send `GET http://host/path`; a server must take it (RFC 9112 §3.2.2).
std::string origin_form(std::string target) {
  if (target.empty() || target.front() == '/' || target.front() == '*') return target;
  const std::size_t scheme_end = target.find("://");
  if (scheme_end == std::string::npos) return target;
  const std::size_t path = target.find('/', scheme_end + 3);
  return path == std::string::npos ? "/" : target.substr(path);
}

/// RFC 9112 §5.2: a server refuses a value that goes on in the next line, or unfolds it. Beast unfolds, a proxy in front may not, and then
/// the two read different headers. `bytes` are whole header lines.
bool has_folded_line(std::string_view bytes) {
  return bytes.find("\n ") != std::string_view::npos || bytes.find("\n\t") != std::string_view::npos;
}

/// Whether a whole first line is there that does not end in a version. Beast waits for the bytes of one.
bool lacks_version(std::string_view bytes) {
  const auto line = bytes.substr(0, bytes.find('\n'));
  return line.size() < bytes.size() && !line.ends_with(" HTTP/1.1\r") && !line.ends_with(" HTTP/1.0\r");
}

/// RFC 9110 §7.2, `uri-host [ ":" port ]`, as far as its characters go.
bool is_host(std::string_view text) {
  constexpr std::string_view foreign = "/?#@\\<>\"^`{|}";
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; }) && text.find_first_of(foreign) == std::string_view::npos;
}

template <typename Message>
bool has_one_good_host(const Message& message) {
  const auto count = message.count(beast_http::field::host);
  if (count == 0) return message.version() < 11;  // RFC 9112 §3.2
  return count == 1 && is_host(text(message[beast_http::field::host]));
}

/// Whether it is beyond doubt where the body ends: no coding but `chunked`, in HTTP/1.1, and never beside a length; or one length. Whatever
/// a proxy in front could read otherwise is refused, although RFC 9112 §6.3 lets a server take equal lengths for one.
template <typename Message>
bool has_clear_framing(const Message& message) {
  const auto codings = message.count(beast_http::field::transfer_encoding);
  const auto lengths = message.count(beast_http::field::content_length);
  if (codings > 0) {
    return codings == 1 && lengths == 0 && message.version() == 11 &&
           protocol::http::equals_ignoring_case(text(message[beast_http::field::transfer_encoding]), "chunked");
  }
  if (lengths == 0) return true;
  const auto length = text(message[beast_http::field::content_length]);
  return lengths == 1 && std::ranges::all_of(length, [](char c) { return c >= '0' && c <= '9'; });
}

unsigned status_of(const boost::beast::error_code& error) {
  if (error == beast_http::error::header_limit) return 431;
  return 400;
}

}  // namespace

void HttpParser::Impl::read_head() {
  const auto& message = parser.get();
  request.method = text(message.method_string());
  request.target = origin_form(text(message.target()));
  for (const auto& field : message) request.headers.push_back({text(field.name_string()), text(field.value())});
  request.has_body = parser.chunked() || message.find(beast_http::field::content_length) != message.end();
}

HttpParser::HttpParser() : impl_(std::make_unique<Impl>()) {
  impl_->parser.header_limit(limits::http_header_bytes_max);
  impl_->parser.body_limit(boost::none);  // checked here: the bound is known only when the path is
}

HttpParser::~HttpParser() = default;

HttpParser::Progress HttpParser::feed(std::span<const char> bytes) {
  return impl_->head_said ? feed_body(bytes) : feed_head(bytes);
}

HttpParser::Progress HttpParser::feed_head(std::span<const char> bytes) {
  auto& parser = impl_->parser;
  boost::beast::error_code error;
  const std::size_t used = parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  if (error && error != beast_http::error::need_more) return {Kind::bad, used, status_of(error)};
  if (impl_->head_bytes == 0 && used == 0 && lacks_version(text(bytes))) return {Kind::bad, used, 400};
  if (has_folded_line(text(bytes.first(used)))) return {Kind::bad, used, 400};
  // Beast counts the headers without the request line; the limit is for both.
  impl_->head_bytes += used;
  const std::size_t unused_bytes = parser.is_header_done() ? 0 : bytes.size() - used;
  if (impl_->head_bytes + unused_bytes > limits::http_header_bytes_max) return {Kind::bad, used, 431};
  if (!parser.is_header_done()) return {Kind::need_more, used};
  impl_->head_said = true;
  impl_->read_head();
  if (!has_one_good_host(parser.get()) || !has_clear_framing(parser.get())) return {Kind::bad, used, 400};
  parser.eager(true);
  return {Kind::head, used};
}

HttpParser::Progress HttpParser::feed_body(std::span<const char> bytes) {
  auto& parser = impl_->parser;
  // Before Beast sees a byte of it: it reserves what is announced.
  if (parser.content_length().value_or(0) > impl_->body_bytes_max) return {Kind::body_too_large, 0};
  boost::beast::error_code error;
  std::size_t used = 0;
  if (!parser.is_done()) used = parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  if (error && error != beast_http::error::need_more) return {Kind::bad, used, status_of(error)};
  if (parser.get().body().size() > impl_->body_bytes_max) return {Kind::body_too_large, used};
  return {parser.is_done() ? Kind::whole : Kind::need_more, used};
}

const protocol::http::Request& HttpParser::head() const {
  return impl_->request;
}

void HttpParser::limit_body(std::size_t bytes_max) {
  impl_->body_bytes_max = bytes_max;
}

bool HttpParser::expects_continue() const {
  const auto* expect = impl_->request.find("Expect");
  return !http_1_0() && expect != nullptr && boost::beast::iequals(*expect, "100-continue");
}

bool HttpParser::keep_alive() const {
  return impl_->parser.get().keep_alive();
}

bool HttpParser::http_1_0() const {
  return impl_->parser.get().version() < 11;
}

std::size_t HttpParser::body_bytes() const {
  return impl_->parser.get().body().size();
}

protocol::http::Request HttpParser::take() {
  impl_->request.body = std::move(impl_->parser.get().body());
  return std::move(impl_->request);
}

}  // namespace parley::server
