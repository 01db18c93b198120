// Signing out over HTTP (ARCHITECTURE.md §10): its description for the API documents.
#pragma once

#include "http_api/operations/operation.hpp"

namespace parley::http_api {

extern const Operation sign_out_operation;

}  // namespace parley::http_api
