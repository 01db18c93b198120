// The AsyncAPI 3.0 document of the Socket.IO side, built from the tables of events (service/client_event.hpp, service/server_event.hpp).
#pragma once

#include <string>

#include "http_api/http_api_config.hpp"

namespace parley::http_api {

[[nodiscard]] std::string asyncapi_document(const HttpApiConfig& config);

}  // namespace parley::http_api
