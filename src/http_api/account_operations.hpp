// Signing out over HTTP (ARCHITECTURE.md §10): what the documents say of it.
#pragma once

#include "http_api/operation.hpp"

namespace parley::http_api {

extern const Operation sign_out_operation;

}  // namespace parley::http_api
