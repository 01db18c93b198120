// The parts of a session that one read job loads: its row, its head, its newest texts and keys, and its participants' names.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "domain/chain.hpp"
#include "domain/session.hpp"
#include "domain/user.hpp"
#include "service/memory/text_tail.hpp"
#include "service/session/context.hpp"
#include "store/session_log.hpp"

namespace parley::service {

struct LoadedSession {
  domain::SessionRow row;
  domain::Head head;
  TextTail texts;
  std::uint32_t from_seq = 1;                         // keys are complete from here on
  std::vector<std::pair<std::uint32_t, Key16>> keys;  // ascending seq
  std::uint32_t emitted_seq = 0;                      // the last text or deletion seen
  std::vector<domain::User> users;
};

/// With IdentitySource::directory `users` is left empty: populate.hpp fills answers in when they are sent.
/// On a reader thread. Errors: not_found `Session not found`, store_failed, log_corrupt.
[[nodiscard]] Result<LoadedSession> load_session(const SessionId& id, store::LogReader& reader, const Context& context);

/// A session that is being created: its log is empty.
[[nodiscard]] LoadedSession new_session(domain::SessionRow row, std::vector<domain::User> users);

}  // namespace parley::service
