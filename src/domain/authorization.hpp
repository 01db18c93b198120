// Who may do what. Pure: one function a right, each with its refusal as the contract words it.
#pragma once

#include "base/result.hpp"
#include "domain/session.hpp"
#include "domain/user.hpp"

namespace parley::domain {

/// Read, send, listen, end: participants only, admins included in the refusal (403 `Unauthorized access to session`).
[[nodiscard]] Result<Participant> authorize_participant(const SessionRow& session, const User& user);
/// 403 `Only doctors can create sessions`.
[[nodiscard]] Result<void> authorize_create(const User& user, const RoleSet& roles);
/// The sender or an admin: 403 `Unauthorized to delete this message`.
[[nodiscard]] Result<void> authorize_delete(const UserId& sender, const User& user);
/// Open an ended session again: its creator or an admin. Strangers: 403 `Unauthorized access to session`; other participants: 403
/// `Only the creator of a session can reopen it`. The role that the entry says: that of the participant, else `admin`.
[[nodiscard]] Result<Role> authorize_reopen(const SessionRow& session, const User& user);
/// 403 `Admin access required`.
[[nodiscard]] Result<void> authorize_admin(const User& user);
/// A message may be sent: 400 `Session has already ended`.
[[nodiscard]] Result<void> require_open(const SessionRow& session);

}  // namespace parley::domain
