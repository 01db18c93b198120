// The pages compiled into the program (cmake/embed_assets.cmake writes the bodies from web/*/assets.txt).
#pragma once

#include <vector>

#include "http_api/request/http_api_config.hpp"

namespace parley::main {

/// The demo page and its scripts, under /demo.
[[nodiscard]] std::vector<http_api::Asset> demo_assets();
/// The page that shows /openapi.json and /asyncapi.json, under /docs.
[[nodiscard]] std::vector<http_api::Asset> docs_assets();

}  // namespace parley::main
