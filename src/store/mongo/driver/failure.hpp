// A failure of the database, sorted by the right reaction to it.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "store/mongo/driver/document.hpp"

extern "C" {
struct _bson_error_t;
}

namespace parley::store::mongo {

/// The right reaction to a failure.
enum class FailureKind : std::uint8_t {
  duplicate_key,  // a document with this identity (layout.hpp) exists
  unknown,        // the network, an election or a time-out: the command may have been done. Retry later
  not_sent,       // no server was available, so it was not done. Retry later
  in_the_way,     // a transaction met another write and was not done. Retry at once
  full,           // the database has no free space
  unfit,          // a rule of the database itself (a validator or a unique index) forbids this one document
  refused,        // it was not done, and a retry would change nothing
};
struct Failure {
  FailureKind kind = FailureKind::unknown;
  std::int32_t code = 0;  // of the server, or of libmongoc
  std::string message;    // for logs
};
template <typename T>
using Outcome = std::expected<T, Failure>;

/// The server did not accept the user or the password.
[[nodiscard]] bool is_authentication(const Failure& failure);
/// A permission is missing, or no user is authenticated.
[[nodiscard]] bool is_forbidden(const Failure& failure);
/// For the failure of a whole command, from libmongoc's error.
[[nodiscard]] Failure failure_of(const ::_bson_error_t& error);
/// For one document of a write. The message omits the values of a duplicate of another unique key: they may hold a text.
[[nodiscard]] Failure failure_in(const Fields& error, std::string_view collection);
/// Some messages of the driver end with a full stop, others do not.
[[nodiscard]] std::string without_full_stop(std::string message);
/// store_failed with the failure in its detail.
[[nodiscard]] Error to_error(const Failure& failure);

}  // namespace parley::store::mongo
