// The server's own status: liveness, readiness, figures, and its documents.
#pragma once

#include "http_api/operations/operation.hpp"

namespace parley::http_api {

extern const Operation health_operation;
extern const Operation ready_operation;
extern const Operation metrics_operation;
extern const Operation openapi_operation;
extern const Operation asyncapi_operation;

}  // namespace parley::http_api
