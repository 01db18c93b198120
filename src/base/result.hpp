// A value, or an error that says whose fault it is and what to do. Everywhere below `server`.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <utility>

namespace parley {

/// The table of codes is domain/error_code.hpp; `base` only needs its size.
enum class ErrorCode : std::uint16_t;

struct Error {
  ErrorCode code;
  std::string message;              // for the client: exact contract text, or own words that name what, where and how; no internals
  std::string detail;               // for machines: what the code's row in the table says, else empty
  std::int64_t retry_after_ms = 0;  // 0: retrying at once is as good as later
};

template <typename T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> refuse(ErrorCode code, std::string message, std::string detail = {}) {
  return std::unexpected(Error{code, std::move(message), std::move(detail)});
}

}  // namespace parley
