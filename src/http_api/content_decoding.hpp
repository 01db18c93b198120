// Takes the content coding off a body: gzip, deflate, br (RFC 9110 §8.4), never past the limit (docs/api-contract.md §2.1).
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace parley::http_api {

enum class DecodingFailure { unsupported, malformed, too_large };

/// `coding` is the Content-Encoding, any case; empty and `identity` change nothing. A body that grows beyond `bytes_max` is given
/// up the moment it does.
[[nodiscard]] std::expected<std::string, DecodingFailure> decode_content(std::string body, std::string_view coding, std::size_t bytes_max);

}  // namespace parley::http_api
