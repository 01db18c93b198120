// The header lines that whole families of answers have in common (docs/api-contract.md §2.4, §2.5), made once.
#pragma once

#include <string>

namespace parley::http_api {

/// Which Content-Security-Policy and Content-Type an answer has.
enum class AnswerKind {
  json,       // the contract's policy
  text,       // the same, text/plain: /metrics
  not_found,  // HTML, `default-src 'none'`
  asset,      // a page of our own: what it needs and no more; its Content-Type is its own
};
/// Whether the cross-origin lines of an allowed request are there.
enum class CrossOrigin { allowed, refused };

/// Lines, each ended by CRLF: security headers, cross-origin lines and the Content-Type of the kind.
[[nodiscard]] const std::string& shared_headers(AnswerKind kind, CrossOrigin cross_origin);
/// The lines of a 204 to OPTIONS: security, cross-origin and what may be asked.
[[nodiscard]] const std::string& preflight_headers();

}  // namespace parley::http_api
