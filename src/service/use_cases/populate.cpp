#include "service/use_cases/populate.hpp"

#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "domain/error_code.hpp"

namespace parley::service {
namespace {

using domain::MessageView;
using domain::PageView;
using domain::SessionView;

using UsersById = std::unordered_map<UserId, StoredUser>;  // users of whom nothing is known are not in it

// `visit` is called with the id of each user that the view shows.

template <typename Visit>
void each_user(const SessionView& view, Visit visit) {
  for (const domain::Participant& participant : view.row.participants) visit(participant.user);
}
template <typename Visit>
void each_user(const MessageView& view, Visit visit) {
  visit(view.sender.id);
}
template <typename Visit>
void each_user(const PageView& view, Visit visit) {
  for (const MessageView& message : view.messages) each_user(message, visit);
}
template <typename Visit>
void each_user(const SignallingList& view, Visit visit) {
  for (const store::SignallingMessage& message : view.page.messages) visit(message.sender);
}
template <typename Visit>
void each_user(const OpenSessionsList& view, Visit visit) {
  for (const SessionView& session : view.sessions) each_user(session, visit);
}
template <typename Part, typename Visit>
void each_user(const std::vector<Part>& view, Visit visit) {
  for (const Part& part : view) each_user(part, visit);
}

// `show` fills in the known users and leaves the rest of the view as it is.

/// Puts one user into a list of users, or into the list of those that are gone.
void show(const UserId& id, const UsersById& known, std::vector<domain::User>& users, std::vector<UserId>& gone) {
  const auto found = known.find(id);
  if (found == known.end()) return;
  std::erase_if(users, [&](const domain::User& user) { return user.id == id; });
  if (found->second)
    users.push_back(*found->second);
  else
    gone.push_back(id);
}
void show(SessionView& view, const UsersById& known) {
  each_user(view, [&](const UserId& user) { show(user, known, view.users, view.users_gone); });
}
void show(SignallingList& view, const UsersById& known) {
  for (const auto& [user, stored] : known) show(user, known, view.users, view.users_gone);
}
void show(MessageView& view, const UsersById& known) {
  const auto found = known.find(view.sender.id);
  if (found == known.end()) return;
  if (found->second)
    view.sender = *found->second;
  else
    view.sender_is = MessageView::Sender::gone;
}
void show(OpenSessionsList& view, const UsersById& known) {
  for (SessionView& session : view.sessions) show(session, known);
}
void show(PageView& view, const UsersById& known) {
  for (MessageView& message : view.messages) show(message, known);
}
template <typename Part>
void show(std::vector<Part>& view, const UsersById& known) {
  for (Part& part : view) show(part, known);
}

template <typename View>
std::vector<UserId> users_of(const View& view) {
  std::unordered_set<UserId> seen;
  std::vector<UserId> users;
  each_user(view, [&](const UserId& user) {
    if (seen.insert(user).second) users.push_back(user);
  });
  return users;
}

UsersById last_known(const StoredUsers& stored_users, const std::vector<UserId>& users) {
  UsersById known;
  for (const UserId& user : users) {
    if (auto said = stored_users.last_known(user)) known.emplace(user, std::move(said));
  }
  return known;
}

UsersById by_id(const std::vector<UserId>& users, std::vector<StoredUser> stored) {
  UsersById known;
  for (std::size_t index = 0; index < users.size(); ++index) known.emplace(users[index], std::move(stored[index]));
  return known;
}

}  // namespace

template <typename View>
Done<View> with_stored_users(Context& context, EventLoop& from, WhenUnreadable when_unreadable, Done<View> done) {
  if (context.config.identity == IdentitySource::claims) return done;
  return [&context, &from, when_unreadable, done = std::move(done)](Result<View> view) mutable {
    if (!view) return done(std::move(view));
    std::vector<UserId> users = users_of(*view);
    context.stored_users.look_up_all(from, users,
                                     [&context, when_unreadable, users, view = std::move(*view),
                                      done = std::move(done)](Result<std::vector<StoredUser>> stored) mutable {
                                       if (!stored && stored.error().code == ErrorCode::overloaded)
                                         count(context.counters.refused_overloaded);
                                       if (!stored && when_unreadable == WhenUnreadable::refuse)
                                         return done(std::unexpected(std::move(stored.error())));
                                       show(view, stored ? by_id(users, std::move(*stored)) : last_known(context.stored_users, users));
                                       done(std::move(view));
                                     });
  };
}

template Done<SessionView> with_stored_users(Context&, EventLoop&, WhenUnreadable, Done<SessionView>);
template Done<PageView> with_stored_users(Context&, EventLoop&, WhenUnreadable, Done<PageView>);
template Done<SignallingList> with_stored_users(Context&, EventLoop&, WhenUnreadable, Done<SignallingList>);
template Done<OpenSessionsList> with_stored_users(Context&, EventLoop&, WhenUnreadable, Done<OpenSessionsList>);
template Done<std::vector<MessageView>> with_stored_users(Context&, EventLoop&, WhenUnreadable, Done<std::vector<MessageView>>);

}  // namespace parley::service
