// The documents are made from constants; what a deployment may set stands in them as `@name@` and is filled in here.
#pragma once

#include <string>

#include "http_api/http_api_config.hpp"

namespace parley::http_api {

/// Fills in `@message_length_max@` and `@page_limit_max@`, in texts and where a number stands alone.
[[nodiscard]] std::string with_settings(std::string document, const HttpApiConfig& config);

}  // namespace parley::http_api
