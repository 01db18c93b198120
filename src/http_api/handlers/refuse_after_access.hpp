// The refusal of a parameter in the order that the contract asks for.
#pragma once

#include "http_api/request/backend.hpp"
#include "http_api/request/pending_request.hpp"

namespace parley::http_api {

/// Refuses a request about a session for one of its parameters. A caller who may not see the session learns that instead: the access rule
/// comes before every parameter (docs/api-contract.md §4.2).
void refuse_after_access(const Backend& backend, PendingRequestPtr pending, const domain::SessionField& session, Error refusal);

}  // namespace parley::http_api
