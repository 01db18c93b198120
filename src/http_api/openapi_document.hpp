// The OpenAPI 3.1 document, made from the route table.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "http_api/route.hpp"

namespace parley::http_api {

[[nodiscard]] std::string openapi_document(std::span<const Route> routes, std::string_view version);

}  // namespace parley::http_api
