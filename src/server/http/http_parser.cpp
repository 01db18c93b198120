#include "server/http/http_parser.hpp"

#include <algorithm>
#include <array>
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

  /// Takes the head over. False: the head must be refused (RFC 9112 §3.2, §6.3).
  [[nodiscard]] bool read_head();
};

namespace {

using Kind = HttpParser::Progress::Kind;

std::string text(boost::beast::string_view view) {
  return {view.data(), view.size()};
}

std::string_view text(std::span<const char> bytes) {
  return {bytes.data(), bytes.size()};
}

/// Proxies may send `GET http://host/path`; a server must accept it (RFC 9112 §3.2.2).
std::string origin_form(std::string target) {
  if (target.empty() || target.front() == '/' || target.front() == '*') return target;
  const std::size_t scheme_end = target.find("://");
  if (scheme_end == std::string::npos) return target;
  const std::size_t path = target.find('/', scheme_end + 3);
  return path == std::string::npos ? "/" : target.substr(path);
}

/// RFC 9112 §5.2: a server refuses a value that continues on the next line, or unfolds it. Beast unfolds it, but a proxy in front may not;
/// the two would then read different headers. `bytes` are whole header lines.
bool has_folded_line(std::string_view bytes) {
  for (std::size_t end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n', end + 1)) {
    const std::string_view next = bytes.substr(end + 1, 1);
    if (next == " " || next == "\t") return true;
  }
  return false;
}

/// Whether there is a whole first line that does not end in a version. Beast would wait for more bytes.
bool lacks_version(std::string_view bytes) {
  const auto line = bytes.substr(0, bytes.find('\n'));
  return line.size() < bytes.size() && !line.ends_with(" HTTP/1.1\r") && !line.ends_with(" HTTP/1.0\r");
}

/// RFC 9110 §7.2, `uri-host [ ":" port ]`; only the characters are checked.
bool is_host(std::string_view text) {
  static constexpr auto allowed = [] {
    std::array<bool, 256> table{};
    for (unsigned char c = 0x21; c < 0x7f; ++c) table[c] = true;
    for (const unsigned char c : std::string_view("/?#@\\<>\"^`{|}")) table[c] = false;
    return table;
  }();
  return std::ranges::all_of(text, [](unsigned char c) { return allowed[c]; });
}

/// The fields that determine the host and the end of the body. A head that a proxy in front could read in another way is refused.
class DecisiveFields {
 public:
  void note(beast_http::field name, std::string_view value) {
    if (name == beast_http::field::host) note(host_, value);
    if (name == beast_http::field::transfer_encoding) note(coding_, value);
    if (name == beast_http::field::content_length) note(length_, value);
  }

  /// RFC 9112 §3.2.
  [[nodiscard]] bool have_one_good_host(unsigned version) const {
    if (host_.count == 0) return version < 11;
    return host_.count == 1 && is_host(host_.value);
  }

  /// Whether the end of the body is unambiguous: either one coding, `chunked`, in HTTP/1.1 and without a length; or at most one length. RFC
  /// 9112 §6.3 would allow a server to accept several equal lengths.
  [[nodiscard]] bool have_clear_framing(unsigned version) const {
    if (coding_.count > 0)
      return coding_.count == 1 && length_.count == 0 && version == 11 && protocol::http::equals_ignoring_case(coding_.value, "chunked");
    return length_.count <= 1 && std::ranges::all_of(length_.value, [](char c) { return c >= '0' && c <= '9'; });
  }

  [[nodiscard]] bool have_length() const { return length_.count > 0; }

 private:
  struct Field {
    std::size_t count = 0;
    std::string_view value;  // of the last such field
  };

  static void note(Field& field, std::string_view value) {
    ++field.count;
    field.value = value;
  }

  Field host_;
  Field coding_;
  Field length_;
};

unsigned status_of(const boost::beast::error_code& error) {
  if (error == beast_http::error::header_limit) return 431;
  return 400;
}

}  // namespace

bool HttpParser::Impl::read_head() {
  const auto& message = parser.get();
  DecisiveFields decisive;
  request.method = text(message.method_string());
  request.target = origin_form(text(message.target()));
  for (const auto& field : message) {
    decisive.note(field.name(), {field.value().data(), field.value().size()});
    request.headers.push_back({text(field.name_string()), text(field.value())});
  }
  request.has_body = parser.chunked() || decisive.have_length();
  return decisive.have_one_good_host(message.version()) && decisive.have_clear_framing(message.version());
}

HttpParser::HttpParser() : impl_(std::make_unique<Impl>()) {
  impl_->parser.header_limit(limits::http_header_bytes_max);
  impl_->parser.body_limit(boost::none);  // checked here: the limit is known only once the path is
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
  // Beast counts the headers without the request line; the limit covers both.
  impl_->head_bytes += used;
  const std::size_t unused_bytes = parser.is_header_done() ? 0 : bytes.size() - used;
  if (impl_->head_bytes + unused_bytes > limits::http_header_bytes_max) return {Kind::bad, used, 431};
  if (!parser.is_header_done()) return {Kind::need_more, used};
  impl_->head_said = true;
  if (!impl_->read_head()) return {Kind::bad, used, 400};
  parser.eager(true);
  return {Kind::head, used};
}

HttpParser::Progress HttpParser::feed_body(std::span<const char> bytes) {
  auto& parser = impl_->parser;
  // Before Beast sees a byte of the body: Beast reserves the announced length.
  if (parser.content_length().value_or(0) > impl_->body_bytes_max) return {Kind::body_too_large, 0};
  boost::beast::error_code error;
  std::size_t used = 0;
  if (!parser.is_done()) used = parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  if (error && error != beast_http::error::need_more) return {Kind::bad, used, status_of(error)};
  std::string& body = parser.get().body();
  if (body.size() > impl_->body_bytes_max) return {Kind::body_too_large, used};
  // A long body of unknown length gets its full room at once: a string that grows by doubling is copied again and again. Memory that is not
  // written to costs nothing.
  if (parser.chunked() && body.size() > limits::body_read_at_once_bytes_max) body.reserve(impl_->body_bytes_max);
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
