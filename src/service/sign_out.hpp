// Signing out: a token is never good again, and the sockets that it let in are cut.
#pragma once

#include <vector>

#include "service/live_tokens.hpp"
#include "service/router.hpp"

namespace parley::service {

/// ChatService::sign_out. `live` is by loop index. Durable first, then in force, then the sockets: who is let in while this runs was let in
/// before the token was in force, so its loop still meets it.
void sign_out(Router& router, std::vector<LiveTokens>& live, EventLoop& from, const domain::Revocation& token,
              Done<ChatService::SignedOut> done);

}  // namespace parley::service
