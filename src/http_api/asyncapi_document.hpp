// The AsyncAPI 3.0 document of the Socket.IO side, made from the tables of events (service/client_event.hpp, service/server_event.hpp).
#pragma once

#include <string>
#include <string_view>

namespace parley::http_api {

[[nodiscard]] std::string asyncapi_document(std::string_view version);

}  // namespace parley::http_api
