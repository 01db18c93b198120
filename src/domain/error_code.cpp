// The rows of the error table. No answer can use a code without a row, so the tests count the rows.
#include "domain/error_code.hpp"

#include <algorithm>
#include <array>

#include "base/assert.hpp"

namespace parley {
namespace {

using enum ErrorCode;

constexpr std::array<ErrorRow, 16> rows{{
    {invalid_argument, "invalid_argument", Fault::client, Retry::never, 400, "Fix the request; the message names the fault."},
    {unauthorized, "unauthorized", Fault::client, Retry::never, 401, "Sign in again and send a valid token."},
    {forbidden, "forbidden", Fault::client, Retry::never, 403, "Ask someone who may do this."},
    {not_found, "not_found", Fault::client, Retry::never, 404, "Check the id; what it names does not exist or is gone."},
    {already_exists, "already_exists", Fault::client, Retry::never, 409, "Use the one that exists; the answer has its id."},
    {session_ended, "session_ended", Fault::session, Retry::never, 400, "Open a new session; this one only answers reads."},
    {session_full, "session_full", Fault::session, Retry::never, 409, "Open a new session; this one takes no more messages."},
    {idempotency_conflict, "idempotency_conflict", Fault::client, Retry::never, 409,
     "Send a new message under a new clientMessageId; this one belongs to another text."},
    {erased, "erased", Fault::session, Retry::never, 410, "Keep the signed head as proof; the history was removed by retention."},
    {rate_limited, "rate_limited", Fault::load, Retry::later, 429, "Wait retryAfter seconds, then send more slowly."},
    {overloaded, "overloaded", Fault::load, Retry::later, 503, "Wait retryAfter seconds, then send again; nothing was accepted."},
    {store_full, "store_full", Fault::store, Retry::later, 507, "Keep the message and try again later; the operator must make room."},
    {store_failed, "store_failed", Fault::store, Retry::later, 503,
     "Keep the message and try again later: after retryAfter where it is given, else when the operator has restarted the server."},
    {outcome_unknown, "outcome_unknown", Fault::store, Retry::same_key, 504,
     "Send again under the same clientMessageId; the answer tells whether it was stored."},
    {log_corrupt, "log_corrupt", Fault::store, Retry::never, 500, "Tell the operator; this session takes no writes until it is repaired."},
    {internal, "internal", Fault::ours, Retry::later, 500, "Try again; if it happens again, report it."},
}};
static_assert(std::ranges::is_sorted(rows, {}, &ErrorRow::code));

}  // namespace

std::span<const ErrorRow> error_table() {
  return rows;
}

const ErrorRow& error_row(ErrorCode code) {
  const auto row = std::ranges::lower_bound(rows, code, {}, &ErrorRow::code);
  PARLEY_ASSERT(row != rows.end() && row->code == code);
  return *row;
}

}  // namespace parley
