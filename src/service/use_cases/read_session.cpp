// Sessions, statistics and the signalling record.
#include <algorithm>
#include <utility>

#include "service/session/access.hpp"
#include "service/session/view.hpp"
#include "service/use_cases/read.hpp"

namespace parley::service {
namespace {

using domain::SessionView;
using domain::StatsView;

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

Result<SignallingList> read_record(Context& context, const domain::SessionRow& row, const store::SignallingRange& range) {
  auto page = context.deps.store.signalling().newest(row.number, row.id, range);
  if (!page) return std::unexpected(page.error());
  SignallingList list{row.id, std::move(*page), {}};
  if (context.config.identity == IdentitySource::directory) return list;  // populate.hpp fills it when it is sent
  for (const store::SignallingMessage& message : list.page.messages) {
    if (std::ranges::find(list.users, message.sender, &domain::User::id) != list.users.end()) continue;
    auto user = context.deps.store.directory().find_user(message.sender);
    if (!user) return std::unexpected(user.error());
    const std::vector<domain::User> stored = *user ? std::vector{**user} : std::vector<domain::User>();
    list.users.push_back(known_user(context, message.sender, stored));
  }
  return list;
}

/// The open sessions of a user, with their users. The number of joined members is not known yet.
Result<OpenSessionsList> read_open_sessions(Context& context, const UserId& user, const std::optional<store::SessionPlace>& after) {
  auto page = context.deps.store.directory().open_sessions_of(user, after, limits::open_sessions_listed_max);
  if (!page) return std::unexpected(page.error());
  OpenSessionsList list{{}, std::move(page->next)};
  for (domain::SessionRow& row : page->sessions) {
    SessionView& view = list.sessions.emplace_back();
    view.row = std::move(row);
    if (context.config.identity == IdentitySource::directory) continue;  // populate.hpp fills it when it is sent
    for (const domain::Participant& participant : view.row.participants) {
      std::optional<domain::User> known = context.users.find(participant.user);
      if (!known) {
        auto stored = context.deps.store.directory().find_user(participant.user);
        if (!stored) return std::unexpected(stored.error());
        known = std::move(*stored);
      }
      if (known) view.users.push_back(std::move(*known));
    }
  }
  return list;
}

/// Asks every shard for the member counts of its sessions in the list; one shard at a time touches this.
struct CountJoined {
  Router& router;
  OpenSessionsList list;
  Answer<OpenSessionsList> answer;
  std::size_t next_shard = 0;

  static void ask_next(std::shared_ptr<CountJoined> self, EventLoop& from) {
    if (self->next_shard == self->router.shard_count()) {
      SessionShard& home = self->answer.shard();
      self->router.on_shard(from, home, [self](SessionShard&) { self->answer(std::move(self->list)); });
      return;
    }
    SessionShard& shard = self->router.shard_at(self->next_shard++);
    self->router.on_shard(from, shard, [self](SessionShard& here) {
      for (SessionView& view : self->list.sessions) {
        if (&self->router.shard_of(view.row.id) != &here) continue;
        if (SessionState* session = here.find(view.row.id)) view.participant_count = static_cast<std::uint32_t>(session->members.size());
      }
      ask_next(self, here.loop());
    });
  }
};

}  // namespace

void get_session(Invocation by, const domain::SessionField& session, Done<SessionView> done) {
  with_access<SessionView>(std::move(by), session, std::move(done),
                           [](SessionShard& shard, SessionState& state, Answer<SessionView> answer) {
                             answer(session_view(shard.context(), state, *state.row));
                           });
}

void active_sessions(Invocation by, std::optional<store::SessionPlace> after, Done<OpenSessionsList> done) {
  SessionShard& home = by.router.shard_at(by.from);
  const SessionShard::Turn turn(home);
  Answer<OpenSessionsList> answer(home, by.from, std::move(done));
  home.read<OpenSessionsList>([&context = by.router.context(), user = by.caller->user.id,
                               after = std::move(after)](store::LogReader&) { return read_open_sessions(context, user, after); },
                              [&router = by.router, &home, answer = std::move(answer)](Result<OpenSessionsList> list) mutable {
                                if (!list) return answer.refuse(std::move(list.error()));
                                auto counting = std::make_shared<CountJoined>(router, std::move(*list), std::move(answer));
                                CountJoined::ask_next(std::move(counting), home.loop());
                              });
}

void read_stats(Invocation by, const domain::SessionField& session, Done<StatsView> done) {
  with_access<StatsView>(std::move(by), session, std::move(done), [](SessionShard& shard, SessionState& state, Answer<StatsView> answer) {
    answer(stats_of(state, shard.context().config.roles));
  });
}

void read_signalling(Invocation by, ReadSignalling request, Done<SignallingList> done) {
  with_access<SignallingList>(
      std::move(by), request.session, std::move(done),
      [range = request.range](SessionShard& shard, SessionState& state, Answer<SignallingList> answer) {
        shard.read<SignallingList>(
            [&context = shard.context(), row = state.row, range](store::LogReader&) { return read_record(context, *row, range); },
            [answer = std::move(answer)](Result<SignallingList> list) mutable { answer(std::move(list)); });
      });
}

}  // namespace parley::service
