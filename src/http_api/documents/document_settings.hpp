// The API documents are built from constants. Values that a deployment may set appear in them as `@name@` and are replaced here.
#pragma once

#include <string>

#include "http_api/request/http_api_config.hpp"

namespace parley::http_api {

/// Replaces `@message_length_max@` and `@page_limit_max@`, in texts and in place of numbers.
[[nodiscard]] std::string with_settings(std::string document, const HttpApiConfig& config);

}  // namespace parley::http_api
