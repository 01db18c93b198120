#include "service/use_cases/sign_out.hpp"

#include <atomic>
#include <memory>
#include <utility>

namespace parley::service {
namespace {

/// Runs on the loop of the connections.
void cut(const LiveTokens& live, const domain::TokenId& token) {
  for (const ConnectionPtr& connection : live.of(token)) connection->peer->disconnect(protocol::socketio::Peer::Close::transport);
}

/// Asks every loop to close the sockets, and answers when all loops have done so.
struct CutEverywhere {
  std::atomic<std::size_t> loops_left;
  Done<SignedOut> done;

  static void begin(Router& router, EventLoop& from, const domain::TokenId& token, Done<SignedOut> done) {
    auto self = std::make_shared<CutEverywhere>(router.shard_count(), std::move(done));
    for (std::size_t index = 0; index < router.shard_count(); ++index) {
      router.shard_at(index).loop().post([self, &from, &here = router.live_tokens(router.shard_at(index).loop()), token] {
        cut(here, token);
        if (self->loops_left.fetch_sub(1) == 1) from.post([self] { self->done(SignedOut{}); });
      });
    }
  }
};

}  // namespace

void sign_out(Router& router, EventLoop& from, const domain::Revocation& token, Done<SignedOut> done) {
  router.context().deps.store.revocations().revoke(from, token, [&router, &from, token, done = std::move(done)](Result<void> kept) mutable {
    if (!kept) return done(std::unexpected(std::move(kept.error())));
    router.context().deps.authenticator.revoke(token);
    CutEverywhere::begin(router, from, token.token, std::move(done));
  });
}

}  // namespace parley::service
