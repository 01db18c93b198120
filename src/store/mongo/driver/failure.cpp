#include "store/mongo/driver/failure.hpp"

#include <mongoc/mongoc.h>

#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "store/mongo/driver/layout.hpp"

namespace parley::store::mongo {

namespace {

// Codes of the server (src/mongo/base/error_codes.yml of its sources).
constexpr std::int32_t code_out_of_disk_space = 14031;
constexpr std::int32_t code_write_conflict = 112;
constexpr std::int32_t code_unauthorized = 13;
constexpr std::array<std::int32_t, 3> codes_duplicate_key = {11000, 11001, 12582};
// Elections, shutdowns, time-outs, the network between members: a retry succeeds once the
// replica set is stable again. The "retryable writes" specification lists most of these codes.
constexpr std::array<std::int32_t, 19> codes_passing = {6,   7,    50,    64,    89,    91,    134,   189,   202,  251,
                                                        262, 9001, 10058, 10107, 11600, 11602, 13435, 13436, 13388};

FailureKind kind_of(std::int32_t code) {
  const auto is_one_of = [code](const auto& codes) { return std::ranges::find(codes, code) != codes.end(); };
  if (is_one_of(codes_duplicate_key)) return FailureKind::duplicate_key;
  if (code == code_out_of_disk_space) return FailureKind::full;
  if (code == code_write_conflict) return FailureKind::in_the_way;
  return is_one_of(codes_passing) ? FailureKind::unknown : FailureKind::refused;
}

}  // namespace

std::string without_full_stop(std::string message) {
  while (message.ends_with('.')) message.pop_back();
  return message;
}

// Without an answer of the server, the outcome is open, unless no connection existed yet.
Failure failure_of(const ::_bson_error_t& error) {
  const auto code = static_cast<std::int32_t>(error.code);
  const std::string message = without_full_stop(error.message);
  const bool from_server = error.domain == MONGOC_ERROR_SERVER || error.domain == MONGOC_ERROR_WRITE_CONCERN;
  const bool no_connection =
      error.domain == MONGOC_ERROR_SERVER_SELECTION ||
      (error.domain == MONGOC_ERROR_STREAM && (code == MONGOC_ERROR_STREAM_CONNECT || code == MONGOC_ERROR_STREAM_NAME_RESOLUTION)) ||
      (error.domain == MONGOC_ERROR_CLIENT && code == MONGOC_ERROR_CLIENT_AUTHENTICATE);
  if (from_server) return {kind_of(code), code, message.substr(0, message.find(" to execute command"))};  // after it: the whole command
  if (no_connection) return {FailureKind::not_sent, code, message};
  return {error.domain == MONGOC_ERROR_BSON ? FailureKind::refused : FailureKind::unknown, code, message};
}

Failure failure_in(const Fields& error, std::string_view collection) {
  const auto code = static_cast<std::int32_t>(error.integer("code").value_or(0));
  Failure failure{kind_of(code), code, std::string(error.text("errmsg").value_or("no message"))};
  const auto keys = error.document("keyPattern");
  const bool is_duplicate = failure.kind == FailureKind::duplicate_key;
  if (failure.kind == FailureKind::refused || (is_duplicate && keys && !is_identity(collection, *keys))) failure.kind = FailureKind::unfit;
  if (failure.kind != FailureKind::unfit) return failure;
  failure.message.resize(std::min(failure.message.find(" dup key:"), failure.message.size()));
  return failure;
}

Error to_error(const Failure& failure) {
  const std::string detail = "MongoDB: " + failure.message + " (code " + std::to_string(failure.code) + ")";
  if (failure.kind == FailureKind::unfit) return {ErrorCode::store_failed, "The database refuses this", detail};
  return {ErrorCode::store_failed, "The store cannot be reached", detail, limits::mongo_retry_after.count()};
}

bool is_authentication(const Failure& failure) {
  return failure.kind == FailureKind::not_sent && failure.code == MONGOC_ERROR_CLIENT_AUTHENTICATE;
}

bool is_forbidden(const Failure& failure) {
  return failure.kind == FailureKind::refused && failure.code == code_unauthorized;
}

}  // namespace parley::store::mongo
