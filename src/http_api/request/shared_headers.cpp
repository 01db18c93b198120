#include "http_api/request/shared_headers.hpp"

#include <array>
#include <string_view>

namespace parley::http_api {

namespace {

constexpr std::string_view api_policy =
    "default-src 'self';style-src 'self' 'unsafe-inline';script-src 'self';img-src 'self' data: https:;connect-src 'self' wss: ws:;"
    "font-src 'self';object-src 'none';media-src 'self';frame-src 'none';base-uri 'self';form-action 'self';frame-ancestors 'self';"
    "script-src-attr 'none';upgrade-insecure-requests";
constexpr std::string_view not_found_policy = "default-src 'none'";
// Our pages load nothing from other origins. No upgrade-insecure-requests: on a developer's machine the demo runs over plain HTTP.
constexpr std::string_view asset_policy =
    "default-src 'self';img-src 'self' data: blob:;media-src 'self' blob:;connect-src 'self' ws: wss:;object-src 'none';base-uri 'none';"
    "form-action 'self';frame-ancestors 'self'";

constexpr std::string_view security_lines =
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Origin-Agent-Cluster: ?1\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-DNS-Prefetch-Control: off\r\n"
    "X-Download-Options: noopen\r\n"
    "X-Frame-Options: SAMEORIGIN\r\n"
    "X-Permitted-Cross-Domain-Policies: none\r\n"
    "X-XSS-Protection: 0\r\n";
constexpr std::string_view allowed_lines =
    "Vary: Origin\r\n"
    "Access-Control-Allow-Credentials: true\r\n";
constexpr std::string_view preflight_lines =
    "Access-Control-Allow-Methods: GET,POST,PUT,PATCH,DELETE,OPTIONS\r\n"
    "Access-Control-Allow-Headers: Content-Type,Authorization,X-Requested-With,Idempotency-Key\r\n"
    "Access-Control-Max-Age: 86400\r\n";

std::string security(std::string_view policy) {
  std::string lines = "Content-Security-Policy: ";
  lines.append(policy).append("\r\n").append(security_lines);
  return lines;
}

std::string lines_of(AnswerKind kind) {
  switch (kind) {
    case AnswerKind::json:
      return security(api_policy) + "Content-Type: application/json; charset=utf-8\r\n";
    case AnswerKind::text:
      return security(api_policy) + "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n";
    case AnswerKind::not_found:
      return security(not_found_policy) + "Content-Type: text/html; charset=utf-8\r\n";
    case AnswerKind::asset:
      return security(asset_policy) + "Cache-Control: no-cache\r\n";
  }
  return {};
}

constexpr std::array kinds = {AnswerKind::json, AnswerKind::text, AnswerKind::not_found, AnswerKind::asset};

}  // namespace

const std::string& shared_headers(AnswerKind kind, CrossOrigin cross_origin) {
  static const auto tables = [] {
    std::array<std::array<std::string, kinds.size()>, 2> made;
    for (const auto each : kinds) {
      const auto index = static_cast<std::size_t>(each);
      made[0][index] = lines_of(each).append(allowed_lines);
      made[1][index] = lines_of(each);
    }
    return made;
  }();
  return tables[cross_origin == CrossOrigin::allowed ? 0 : 1][static_cast<std::size_t>(kind)];
}

const std::string& preflight_headers() {
  static const std::string lines = security(api_policy).append(allowed_lines).append(preflight_lines);
  return lines;
}

}  // namespace parley::http_api
