// Decodes the content coding of a body: gzip, deflate, br (RFC 9110 §8.4), never beyond the limit (docs/api-contract.md §2.1).
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace parley::http_api {

enum class DecodingFailure { unsupported, malformed, too_large };

/// `coding` is the Content-Encoding, in any case. Empty and `identity` change nothing. Decoding stops as soon as the result is larger than
/// `bytes_max`.
[[nodiscard]] std::expected<std::string, DecodingFailure> decode_content(std::string body, std::string_view coding, std::size_t bytes_max);

}  // namespace parley::http_api
