// Permissions of users. Pure: one function per permission, with the contract's text for each refusal.
#pragma once

#include "base/result.hpp"
#include "domain/session.hpp"
#include "domain/user.hpp"

namespace parley::domain {

/// Read, send, listen, end: only participants. An admin who is no participant is refused too (403 `Unauthorized access to session`).
[[nodiscard]] Result<Participant> authorize_participant(const SessionRow& session, const User& user);
/// 403 `Only doctors can create sessions`.
[[nodiscard]] Result<void> authorize_create(const User& user, const RoleSet& roles);
/// Only the sender or an admin, else 403 `Unauthorized to delete this message`.
[[nodiscard]] Result<void> authorize_delete(const UserId& sender, const User& user);
/// Reopen an ended session: only its creator or an admin. Not a participant: 403 `Unauthorized access to session`. Another participant: 403
/// `Only the creator of a session can reopen it`. Returns the role for the entry: the role of the participant, else `admin`.
[[nodiscard]] Result<Role> authorize_reopen(const SessionRow& session, const User& user);
/// 403 `Admin access required`.
[[nodiscard]] Result<void> authorize_admin(const User& user);
/// Messages need an open session, else 400 `Session has already ended`.
[[nodiscard]] Result<void> require_open(const SessionRow& session);

}  // namespace parley::domain
