#include "service/session/view.hpp"

#include <algorithm>

namespace parley::service {

domain::User known_user(const Context& context, const UserId& id, const std::vector<domain::User>& fallback) {
  if (auto cached = context.users.find(id)) return std::move(*cached);
  const auto loaded = std::ranges::find(fallback, id, &domain::User::id);
  return loaded == fallback.end() ? domain::User{.id = id, .role = {}, .email = {}, .name = {}} : *loaded;
}

domain::SessionView session_view(const Context& context, const SessionState& session, const domain::SessionRow& row) {
  domain::SessionView view;
  view.row = row;
  view.participant_count = static_cast<std::uint32_t>(session.members.size());
  for (const domain::Participant& participant : row.participants) {
    view.users.push_back(known_user(context, participant.user, session.users));
  }
  return view;
}

}  // namespace parley::service
