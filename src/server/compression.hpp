// Takes bytes into a content coding. At the fastest level: a polling answer is small, made once, and read once.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/http/accept_encoding.hpp"

namespace parley::server {

/// Nothing for identity, and when the coding does not make it smaller.
[[nodiscard]] std::optional<std::string> compressed(std::string_view body, protocol::http::ContentCoding coding);

}  // namespace parley::server
