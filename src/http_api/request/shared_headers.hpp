// Header lines that many answers share (docs/api-contract.md §2.4, §2.5), built once.
#pragma once

#include <string>

namespace parley::http_api {

/// Determines the Content-Security-Policy and the Content-Type of an answer.
enum class AnswerKind {
  json,       // the contract's policy
  text,       // the same, text/plain: /metrics
  not_found,  // HTML, `default-src 'none'`
  asset,      // a page of our own: a strict policy; has its own Content-Type
};
/// `allowed`: the answer has the cross-origin lines of an allowed request.
enum class CrossOrigin { allowed, refused };

/// Header lines, each ended by CRLF: security headers, cross-origin lines and the Content-Type of the kind.
[[nodiscard]] const std::string& shared_headers(AnswerKind kind, CrossOrigin cross_origin);
/// The header lines of a 204 to OPTIONS: security, cross-origin, and the permitted methods and headers.
[[nodiscard]] const std::string& preflight_headers();

}  // namespace parley::http_api
