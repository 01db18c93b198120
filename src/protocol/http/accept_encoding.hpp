// Which content coding a client would rather have (RFC 9110 §12.5.3).
#pragma once

#include <cstdint>
#include <string_view>

namespace parley::protocol::http {

enum class ContentCoding : std::uint8_t { identity, gzip, deflate };
[[nodiscard]] std::string_view name_of(ContentCoding coding);

/// The better of gzip and deflate by the client's weights, gzip when they are alike; identity when it names neither (`*` names both),
/// gives both weight 0, or rather has identity. What cannot be read is not there.
[[nodiscard]] ContentCoding preferred_coding(std::string_view accept_encoding);

}  // namespace parley::protocol::http
