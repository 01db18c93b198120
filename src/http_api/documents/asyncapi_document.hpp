// The AsyncAPI 3.0 document of the Socket.IO side, built from the tables of events (service/shared/client_event.hpp,
// service/shared/server_event.hpp).
#pragma once

#include <string>

#include "http_api/request/http_api_config.hpp"

namespace parley::http_api {

[[nodiscard]] std::string asyncapi_document(const HttpApiConfig& config);

}  // namespace parley::http_api
