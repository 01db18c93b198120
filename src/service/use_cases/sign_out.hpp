// Signs out: the token is never valid again, and the sockets that it admitted are closed.
#pragma once

#include "service/session/router.hpp"

namespace parley::service {

/// ChatService::sign_out. First the revocation is durable, then in force, then the sockets are closed. A socket
/// that is admitted meanwhile was admitted before the revocation was in force, so its loop still finds and closes it.
void sign_out(Router& router, EventLoop& from, const domain::Revocation& token, Done<SignedOut> done);

}  // namespace parley::service
