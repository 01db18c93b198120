// The session access rule (docs/api-contract.md §4): an unknown session is refused first, then a caller who does not participate.
#pragma once

#include <optional>
#include <utility>

#include "domain/authorization.hpp"
#include "domain/validation.hpp"
#include "service/session/router.hpp"
#include "service/shared/connection.hpp"
#include "service/shared/refusals.hpp"

namespace parley::service {

/// The session that a request names, or nothing when no session can have that id.
[[nodiscard]] inline std::optional<SessionId> named_session(const domain::SessionField& field) {
  return field.state == domain::SessionField::State::given ? std::optional(field.id) : std::nullopt;
}

/// Runs `act(SessionShard&, SessionState&, Answer<T>)` on the session if the caller participates in it; otherwise refuses.
template <typename T, typename Act>
void with_access(Router& router, EventLoop& from, CallerPtr caller, const domain::SessionField& field, Done<T> done, Act act) {
  const auto id = named_session(field);
  if (!id) {
    done(std::unexpected(session_not_found()));
    return;
  }
  Answer<T> answer(router.shard_of(*id), from, std::move(done));
  router.on_shard_of(from, *id,
                     [id = *id, caller = std::move(caller), answer = std::move(answer), act = std::move(act)](SessionShard& shard) mutable {
                       shard.look(id, [&shard, caller = std::move(caller), answer = std::move(answer),
                                       act = std::move(act)](Result<SessionState*> session) mutable {
                         if (!session) return answer.refuse(std::move(session.error()));
                         if (auto participant = domain::authorize_participant(*(*session)->row, caller->user); !participant) {
                           return answer.refuse(std::move(participant.error()));
                         }
                         act(shard, **session, std::move(answer));
                       });
                     });
}

/// Submits a step of type S, made of (answer, caller, arguments…). Answers `Session not found` when no session can have this id.
template <typename S, typename T, typename... Arguments>
void submit_step(Router& router, EventLoop& from, const domain::SessionField& field, Done<T> done, CallerPtr caller,
                 Arguments... arguments) {
  const auto id = named_session(field);
  if (!id) {
    done(std::unexpected(session_not_found()));
    return;
  }
  Answer<T> answer(router.shard_of(*id), from, std::move(done));
  router.submit(from, *id, std::make_unique<S>(std::move(answer), std::move(caller), std::move(arguments)...));
}

}  // namespace parley::service
