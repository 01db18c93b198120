// The only table of errors: number, name, the party at fault, whether to retry, HTTP status, and advice for the client. Names and statuses
// are those of docs/api-contract.md and ARCHITECTURE.md, "Added interfaces".
//
// Ranges   100–199 the request, 200–299 the state of the session, 300–399 the load, 400–499 the store, 500–599 the server's own faults.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.hpp"

namespace parley {

enum class ErrorCode : std::uint16_t {
  invalid_argument = 100,
  unauthorized = 101,
  forbidden = 102,
  not_found = 103,
  already_exists = 104,  // Error::detail: the existing sessionId
  session_ended = 200,
  session_full = 201,
  idempotency_conflict = 202,
  erased = 203,
  rate_limited = 300,
  overloaded = 301,
  store_full = 400,
  store_failed = 401,
  outcome_unknown = 402,
  log_corrupt = 403,  // a bad checksum or a broken chain: the server stops writes to that session (P9)
  internal = 500,
};

enum class Fault : std::uint8_t { client, session, load, store, ours };
enum class Retry : std::uint8_t { never, later, same_key };

struct ErrorRow {
  ErrorCode code;
  std::string_view name;  // `code` in answers
  Fault fault;
  Retry retry;
  std::uint16_t http_status;
  std::string_view advice;  // one sentence of advice for the client
};

[[nodiscard]] std::span<const ErrorRow> error_table();
[[nodiscard]] const ErrorRow& error_row(ErrorCode code);

}  // namespace parley
