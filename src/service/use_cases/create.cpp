#include "service/use_cases/create.hpp"

#include <utility>

#include "api/refusal_document.hpp"
#include "domain/authorization.hpp"
#include "service/shared/refusals.hpp"

namespace parley::service {
namespace {

/// Attempts count, as over REST: a request that is refused later has still cost the store a read.
Result<void> admit_creation(Context& context, const UserId& user) {
  const auto admission = context.creations.admit(user, EventKind::creation, context.config.rates.creation);
  if (admission.admitted) return {};
  count(context.counters.refused_rate_limited);
  return std::unexpected(rate_limited(api::creations_refusal, admission.retry_after_ms));
}

}  // namespace

void create_session(Invocation by, CreateSession request, Done<domain::SessionView> done) {
  if (auto allowed = domain::authorize_create(by.caller->user, by.router.context().config.roles); !allowed) {
    return done(std::unexpected(std::move(allowed.error())));
  }
  if (auto admitted = admit_creation(by.router.context(), by.caller->user.id); !admitted) {
    return done(std::unexpected(std::move(admitted.error())));
  }
  const auto patient = domain::accept_patient_id(request.patient);
  if (!patient) return done(std::unexpected(patient.error()));
  auto session = domain::accept_session_id(request.session);
  if (!session) return done(std::unexpected(std::move(session.error())));

  SessionShard& shard = by.router.shard_of_pair({by.caller->user.id, *patient});
  Creator& creator = by.router.creator_of(shard);
  Creator::Request checked{std::move(by.caller), *patient, *std::move(session), std::move(request.appointment),
                           std::make_shared<Answer<domain::SessionView>>(shard, by.from, std::move(done))};
  by.router.on_shard(by.from, shard,
                     [&creator, checked = std::move(checked)](SessionShard&) mutable { creator.create(std::move(checked)); });
}

}  // namespace parley::service
