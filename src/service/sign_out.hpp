// Signs out: the token is never valid again, and the sockets that it admitted are closed.
#pragma once

#include <vector>

#include "service/live_tokens.hpp"
#include "service/router.hpp"

namespace parley::service {

/// ChatService::sign_out. `live` is by loop index. First the revocation is durable, then in force, then the sockets are closed. A socket
/// that is admitted meanwhile was admitted before the revocation was in force, so its loop still finds and closes it.
void sign_out(Router& router, std::vector<LiveTokens>& live, EventLoop& from, const domain::Revocation& token,
              Done<ChatService::SignedOut> done);

}  // namespace parley::service
