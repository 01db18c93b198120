// A value, or an error that says whose fault it is and what to do. All code below `server` returns it.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <utility>

namespace parley {

/// The table of codes is domain/error_code.hpp. `base` only needs the type's size.
enum class ErrorCode : std::uint16_t;

struct Error {
  ErrorCode code;
  std::string message;              // for the client: exact contract text, or a text that names object, place and cause; no internals
  std::string detail;               // for machines: as the code's row in the table says, else empty
  std::int64_t retry_after_ms = 0;  // 0: waiting does not help
};

template <typename T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> refuse(ErrorCode code, std::string message, std::string detail = {}) {
  return std::unexpected(Error{code, std::move(message), std::move(detail)});
}

}  // namespace parley
