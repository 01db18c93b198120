// Compresses bytes into a content coding, at the fastest level: a polling answer is small, made once and read once.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/http/accept_encoding.hpp"

namespace parley::server {

/// Nothing for identity, and when compression does not make the body smaller.
[[nodiscard]] std::optional<std::string> compressed(std::string_view body, protocol::http::ContentCoding coding);

}  // namespace parley::server
