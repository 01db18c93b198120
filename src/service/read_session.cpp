// Sessions, statistics and the signalling record.
#include <algorithm>
#include <utility>

#include "service/access.hpp"
#include "service/read.hpp"
#include "service/view.hpp"

namespace parley::service {
namespace {

using domain::SessionView;
using domain::StatsView;
using SignallingList = ChatService::SignallingList;

StatsView stats_of(const SessionState& session, const domain::RoleSet& roles) {
  const domain::Counters& counters = session.head.counters;
  StatsView view;
  view.session = session.id();
  view.total_messages = counters.live_texts();
  view.first_message_at = counters.first_live_text;
  view.last_message_at = counters.last_live_text;
  std::ranges::copy_if(counters.roles, std::back_inserter(view.roles), [](const auto& counter) { return counter.live_texts > 0; });
  std::ranges::stable_sort(view.roles, {}, [&roles](const domain::RoleCounter& counter) {
    return counter.role == roles.doctor() ? 0 : counter.role == roles.patient() ? 1 : 2;
  });
  return view;
}

Result<SignallingList> read_record(Context& context, const domain::SessionRow& row, std::uint32_t limit) {
  auto messages = context.deps.signalling.newest(row.number, row.id, limit);
  if (!messages) return std::unexpected(messages.error());
  SignallingList list{row.id, std::move(*messages), {}};
  if (context.config.identity == IdentitySource::directory) return list;  // filled as it leaves, by populate.hpp
  for (const store::SignallingMessage& message : list.messages) {
    if (std::ranges::find(list.users, message.sender, &domain::User::id) != list.users.end()) continue;
    auto user = context.deps.directory.find_user(message.sender);
    if (!user) return std::unexpected(user.error());
    const std::vector<domain::User> stored = *user ? std::vector{**user} : std::vector<domain::User>();
    list.users.push_back(known_user(context, message.sender, stored));
  }
  return list;
}

/// The open sessions of a user with the users in them; how many are joined is not known yet.
Result<std::vector<SessionView>> read_open_sessions(Context& context, const UserId& user) {
  auto rows = context.deps.directory.open_sessions_of(user);
  if (!rows) return std::unexpected(rows.error());
  std::vector<SessionView> views;
  for (domain::SessionRow& row : *rows) {
    SessionView& view = views.emplace_back();
    view.row = std::move(row);
    if (context.config.identity == IdentitySource::directory) continue;  // filled as it leaves, by populate.hpp
    for (const domain::Participant& participant : view.row.participants) {
      std::optional<domain::User> known = context.users.find(participant.user);
      if (!known) {
        auto stored = context.deps.directory.find_user(participant.user);
        if (!stored) return std::unexpected(stored.error());
        known = std::move(*stored);
      }
      if (known) view.users.push_back(std::move(*known));
    }
  }
  return views;
}

/// Asks every shard how many are joined to its sessions among `views`; touched by one shard at a time.
struct CountJoined {
  Router& router;
  std::vector<SessionView> views;
  Answer<std::vector<SessionView>> answer;
  std::size_t next_shard = 0;

  static void ask_next(std::shared_ptr<CountJoined> self, EventLoop& from) {
    if (self->next_shard == self->router.shard_count()) {
      SessionShard& home = self->answer.shard();
      self->router.on_shard(from, home, [self](SessionShard&) { self->answer(std::move(self->views)); });
      return;
    }
    SessionShard& shard = self->router.shard_at(self->next_shard++);
    self->router.on_shard(from, shard, [self](SessionShard& here) {
      for (SessionView& view : self->views) {
        if (&self->router.shard_of(view.row.id) != &here) continue;
        if (SessionState* session = here.find(view.row.id)) view.participant_count = static_cast<std::uint32_t>(session->members.size());
      }
      ask_next(self, here.loop());
    });
  }
};

}  // namespace

void get_session(Router& router, EventLoop& from, CallerPtr caller, const domain::SessionField& session, Done<SessionView> done) {
  with_access<SessionView>(router, from, std::move(caller), session, std::move(done),
                           [](SessionShard& shard, SessionState& state, Answer<SessionView> answer) {
                             answer(session_view(shard.context(), state, *state.row));
                           });
}

void active_sessions(Router& router, EventLoop& from, CallerPtr caller, Done<std::vector<SessionView>> done) {
  SessionShard& home = router.shard_at(from);
  const SessionShard::Turn turn(home);
  Answer<std::vector<SessionView>> answer(home, from, std::move(done));
  home.read<std::vector<SessionView>>(
      [&context = router.context(), user = caller->user.id](store::LogReader&) { return read_open_sessions(context, user); },
      [&router, &home, answer = std::move(answer)](Result<std::vector<SessionView>> views) mutable {
        if (!views) return answer.refuse(std::move(views.error()));
        auto counting = std::make_shared<CountJoined>(router, std::move(*views), std::move(answer));
        CountJoined::ask_next(std::move(counting), home.loop());
      });
}

void read_stats(Router& router, EventLoop& from, CallerPtr caller, const domain::SessionField& session, Done<StatsView> done) {
  with_access<StatsView>(
      router, from, std::move(caller), session, std::move(done),
      [](SessionShard& shard, SessionState& state, Answer<StatsView> answer) { answer(stats_of(state, shard.context().config.roles)); });
}

void read_signalling(Router& router, EventLoop& from, CallerPtr caller, const domain::SessionField& session, std::uint32_t limit,
                     Done<SignallingList> done) {
  with_access<SignallingList>(
      router, from, std::move(caller), session, std::move(done),
      [limit](SessionShard& shard, SessionState& state, Answer<SignallingList> answer) {
        shard.read<SignallingList>(
            [&context = shard.context(), row = state.row, limit](store::LogReader&) { return read_record(context, *row, limit); },
            [answer = std::move(answer)](Result<SignallingList> list) mutable { answer(std::move(list)); });
      });
}

}  // namespace parley::service
