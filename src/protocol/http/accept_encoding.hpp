// The content coding that a client prefers (RFC 9110 §12.5.3).
#pragma once

#include <cstdint>
#include <string_view>

namespace parley::protocol::http {

enum class ContentCoding : std::uint8_t { identity, gzip, deflate };
[[nodiscard]] std::string_view name_of(ContentCoding coding);

/// The better of gzip and deflate by the client's weights; gzip when both are equal. identity when the client names neither (`*` names
/// both), gives both weight 0, or prefers identity. Elements that cannot be read are ignored.
[[nodiscard]] ContentCoding preferred_coding(std::string_view accept_encoding);

}  // namespace parley::protocol::http
