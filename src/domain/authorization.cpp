// One function per permission. The texts are those of the contract.
#include "domain/authorization.hpp"

#include "domain/error_code.hpp"

namespace parley::domain {

Result<Participant> authorize_participant(const SessionRow& session, const User& user) {
  const Participant* participant = session.participant(user.id);
  if (participant == nullptr) return refuse(ErrorCode::forbidden, "Unauthorized access to session");
  return *participant;
}

Result<void> authorize_create(const User& user, const RoleSet& roles) {
  if (user.role != roles.doctor()) return refuse(ErrorCode::forbidden, "Only doctors can create sessions");
  return {};
}

Result<void> authorize_delete(const UserId& sender, const User& user) {
  const bool is_allowed = user.id == sender || user.role == RoleSet::admin();
  if (!is_allowed) return refuse(ErrorCode::forbidden, "Unauthorized to delete this message");
  return {};
}

Result<Role> authorize_reopen(const SessionRow& session, const User& user) {
  const bool is_admin = user.role == RoleSet::admin();
  auto participant = authorize_participant(session, user);
  if (!participant && is_admin) return user.role;
  if (!participant) return std::unexpected(std::move(participant.error()));
  const bool is_creator = participant->user == session.participants.front().user;
  if (!is_creator && !is_admin) return refuse(ErrorCode::forbidden, "Only the creator of a session can reopen it");
  return participant->role;
}

Result<void> authorize_admin(const User& user) {
  if (user.role != RoleSet::admin()) return refuse(ErrorCode::forbidden, "Admin access required");
  return {};
}

Result<void> require_open(const SessionRow& session) {
  if (session.status == SessionStatus::ended) return refuse(ErrorCode::session_ended, "Session has already ended");
  return {};
}

}  // namespace parley::domain
