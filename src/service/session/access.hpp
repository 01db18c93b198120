// The session access rule (docs/api-contract.md §4): an unknown session is refused first, then a caller who does not participate.
#pragma once

#include <optional>
#include <utility>

#include "domain/authorization.hpp"
#include "domain/validation.hpp"
#include "service/session/invocation.hpp"
#include "service/shared/refusals.hpp"

namespace parley::service {

/// The session that a request names, or nothing when no session can have that id.
[[nodiscard]] inline std::optional<SessionId> named_session(const domain::SessionField& field) {
  return field.state == domain::SessionField::State::given ? std::optional(field.id) : std::nullopt;
}

/// Runs `act(SessionShard&, SessionState&, Answer<T>)` on the session if the caller participates in it; otherwise refuses.
template <typename T, typename Act>
void with_access(Invocation by, const domain::SessionField& field, Done<T> done, Act act) {
  const auto id = named_session(field);
  if (!id) {
    done(std::unexpected(session_not_found()));
    return;
  }
  Answer<T> answer(by.router.shard_of(*id), by.from, std::move(done));
  by.router.on_shard_of(
      by.from, *id,
      [id = *id, caller = std::move(by.caller), answer = std::move(answer), act = std::move(act)](SessionShard& shard) mutable {
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

/// Submits a step of type S, made of (answer, invocation, arguments…). Answers `Session not found` when no session can have this id.
template <typename S, typename T, typename... Arguments>
void submit_step(Invocation by, const domain::SessionField& field, Done<T> done, Arguments... arguments) {
  const auto id = named_session(field);
  if (!id) {
    done(std::unexpected(session_not_found()));
    return;
  }
  Router& router = by.router;
  EventLoop& from = by.from;
  Answer<T> answer(router.shard_of(*id), from, std::move(done));
  router.submit(from, *id, std::make_unique<S>(std::move(answer), std::move(by), std::move(arguments)...));
}

}  // namespace parley::service
