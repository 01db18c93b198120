// The known health of the ICE servers, as JSON (docs/api-contract.md §5.5).
#pragma once

#include "base/json_writer.hpp"
#include "service/ice/ice_servers.hpp"

namespace parley::http_api {

/// Writes the members `summary` and `servers` into an object that is already open.
void write_ice_health(JsonWriter& writer, const service::IceHealth& health);

}  // namespace parley::http_api
