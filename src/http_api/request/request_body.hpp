// Reads the body of a request into fields: step 4 of docs/api-contract.md §2.1.
#pragma once

#include <expected>
#include <string>

#include "api/request.hpp"
#include "protocol/http/http_handler.hpp"

namespace parley::http_api {

struct BodyRefusal {
  unsigned status;
  std::string message;
};

/// JSON for application/json, form for application/x-www-form-urlencoded; no fields for other types or without a body. Moves the body out
/// of the request. Ignores a byte order mark; JSON may be in UTF-16 or UTF-32. Refusals, in this order: 415 charset, 415 content coding,
/// 413 too large, 400 malformed, 413 too many fields.
[[nodiscard]] std::expected<api::Fields, BodyRefusal> read_fields(protocol::http::Request& request);

}  // namespace parley::http_api
