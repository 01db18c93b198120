// The OpenAPI 3.1 document, built from the route table.
#pragma once

#include <span>
#include <string>

#include "http_api/request/http_api_config.hpp"
#include "http_api/routing/route_table.hpp"

namespace parley::http_api {

[[nodiscard]] std::string openapi_document(std::span<const Route> routes, const HttpApiConfig& config);

}  // namespace parley::http_api
