// The facade: forwards every call to its use case.
#include "service/chat_service.hpp"

#include <utility>

#include "base/assert.hpp"
#include "domain/authorization.hpp"
#include "service/session/invocation.hpp"
#include "service/socket/connect.hpp"
#include "service/use_cases/create.hpp"
#include "service/use_cases/delete_message.hpp"
#include "service/use_cases/end.hpp"
#include "service/use_cases/entries.hpp"
#include "service/use_cases/identify.hpp"
#include "service/use_cases/join.hpp"
#include "service/use_cases/populate.hpp"
#include "service/use_cases/publish.hpp"
#include "service/use_cases/read.hpp"
#include "service/use_cases/reopen.hpp"
#include "service/use_cases/sign_out.hpp"
#include "service/use_cases/sweep.hpp"
#include "service/use_cases/upkeep.hpp"

namespace parley::service {

struct ChatService::Impl {
  Impl(Dependencies dependencies, ServiceConfig config)
      : context(std::move(dependencies), std::move(config)), router(context), sockets(router), upkeep(router) {}

  [[nodiscard]] Invocation invocation(EventLoop& from, domain::Caller caller) {
    return {router, from, std::make_shared<const domain::Caller>(std::move(caller))};
  }

  Context context;
  Router router;
  SocketNamespace sockets;
  Upkeep upkeep;
};

ChatService::ChatService(Dependencies dependencies, ServiceConfig config) {
  PARLEY_ASSERT(!dependencies.loops.empty());
  impl_ = std::make_unique<Impl>(std::move(dependencies), std::move(config));
}

ChatService::~ChatService() = default;

void ChatService::create_session(EventLoop& from, domain::Caller caller, CreateSession request, Done<domain::SessionView> done) {
  service::create_session(impl_->invocation(from, std::move(caller)), std::move(request),
                          with_stored_users(impl_->context, from, WhenUnreadable::show_known, std::move(done)));
}

void ChatService::get_session(EventLoop& from, domain::Caller caller, domain::SessionField session, Done<domain::SessionView> done) {
  service::get_session(impl_->invocation(from, std::move(caller)), session,
                       with_stored_users(impl_->context, from, WhenUnreadable::refuse, std::move(done)));
}

void ChatService::start_session(EventLoop& from, domain::Caller caller, domain::SessionField session, Done<domain::SessionView> done) {
  service::start_session(impl_->invocation(from, std::move(caller)), session,
                         with_stored_users(impl_->context, from, WhenUnreadable::show_known, std::move(done)));
}

void ChatService::end_session(EventLoop& from, domain::Caller caller, domain::SessionField session, Done<domain::EndView> done) {
  service::end_session(impl_->invocation(from, std::move(caller)), session, std::move(done));
}

void ChatService::reopen_session(EventLoop& from, domain::Caller caller, domain::SessionField session, Done<domain::SessionView> done) {
  service::reopen_session(impl_->invocation(from, std::move(caller)), session,
                          with_stored_users(impl_->context, from, WhenUnreadable::show_known, std::move(done)));
}

void ChatService::active_sessions(EventLoop& from, domain::Caller caller, std::optional<store::SessionPlace> after,
                                  Done<OpenSessionsList> done) {
  service::active_sessions(impl_->invocation(from, std::move(caller)), std::move(after),
                           with_stored_users(impl_->context, from, WhenUnreadable::refuse, std::move(done)));
}

void ChatService::send_message(EventLoop& from, domain::Caller caller, SendMessage request, Done<domain::MessageView> done) {
  service::publish(impl_->invocation(from, std::move(caller)), std::move(request), std::move(done));
}

void ChatService::read_page(EventLoop& from, domain::Caller caller, ReadPage request, Done<domain::PageView> done) {
  service::read_page(impl_->invocation(from, std::move(caller)), std::move(request),
                     with_stored_users(impl_->context, from, WhenUnreadable::refuse, std::move(done)));
}

void ChatService::read_history(EventLoop& from, domain::Caller caller, domain::SessionField session,
                               Done<std::vector<domain::MessageView>> done) {
  service::read_history(impl_->invocation(from, std::move(caller)), session,
                        with_stored_users(impl_->context, from, WhenUnreadable::refuse, std::move(done)));
}

void ChatService::read_stats(EventLoop& from, domain::Caller caller, domain::SessionField session, Done<domain::StatsView> done) {
  service::read_stats(impl_->invocation(from, std::move(caller)), session, std::move(done));
}

void ChatService::read_entries(EventLoop& from, domain::Caller caller, ReadEntries request, Done<domain::EntriesView> done) {
  service::read_entries(impl_->invocation(from, std::move(caller)), std::move(request), std::move(done));
}

void ChatService::delete_message(EventLoop& from, domain::Caller caller, std::string message_id, Done<Deleted> done) {
  service::delete_message(impl_->invocation(from, std::move(caller)), message_id, std::move(done));
}

void ChatService::read_signalling(EventLoop& from, domain::Caller caller, ReadSignalling request, Done<SignallingList> done) {
  service::read_signalling(impl_->invocation(from, std::move(caller)), std::move(request),
                           with_stored_users(impl_->context, from, WhenUnreadable::refuse, std::move(done)));
}

void ChatService::clean_up(EventLoop& from, domain::Caller caller, Timestamp created_before, Done<SweepResult> done) {
  if (auto allowed = domain::authorize_admin(caller.user); !allowed) return done(std::unexpected(std::move(allowed.error())));
  service::sweep(impl_->invocation(from, std::move(caller)),
                 {.created_before = created_before, .unstarted_created_before = {}, .started_before = {}}, std::move(done));
}

void ChatService::start_upkeep() {
  impl_->upkeep.start();
  impl_->context.ice.start_rotation(*impl_->context.deps.loops.front());
}

IceServers& ChatService::ice_servers() {
  return impl_->context.ice;
}

void ChatService::sign_out(EventLoop& from, const domain::Revocation& token, Done<SignedOut> done) {
  service::sign_out(impl_->router, from, token, std::move(done));
}

protocol::socketio::NamespaceHandler& ChatService::namespace_handler() {
  return impl_->sockets;
}

std::optional<Identified> ChatService::identify(std::string_view token) {
  return service::identify(impl_->context, token);
}

void ChatService::look_up_identity(EventLoop& from, std::string token, std::move_only_function<void(Identified)> done) {
  service::look_up_identity(impl_->context, from, std::move(token), std::move(done));
}

void ChatService::remember_user(const domain::User& user) {
  service::remember_user(impl_->context, user);
}

void ChatService::drain(EventLoop& from, std::move_only_function<void()> drained) {
  impl_->context.draining = true;
  struct Waiting {
    std::atomic<std::size_t> shards;
    Task drained;
  };
  auto waiting = std::make_shared<Waiting>(impl_->router.shard_count(), std::move(drained));
  for (std::size_t index = 0; index < impl_->router.shard_count(); ++index) {
    impl_->router.on_shard(from, impl_->router.shard_at(index), [&from, waiting](SessionShard& shard) {
      shard.when_drained([&from, waiting] {
        if (waiting->shards.fetch_sub(1) == 1) from.post([waiting] { waiting->drained(); });
      });
    });
  }
}

ServiceCounts ChatService::counts() const {
  const Counters& counters = impl_->context.counters;
  const auto value = [](const std::atomic<std::uint64_t>& counter) { return counter.load(std::memory_order_relaxed); };
  ServiceCounts counts;
  counts.messages_stored = value(counters.messages_stored);
  counts.messages_delivered = value(counters.messages_delivered);
  counts.sessions_loaded = value(counters.sessions_loaded);
  counts.members_joined = value(counters.members_joined);
  counts.refused_rate_limited = value(counters.refused_rate_limited);
  counts.refused_overloaded = value(counters.refused_overloaded);
  counts.sessions_joined = value(counters.sessions_joined);
  const auto connections = impl_->context.connections.counts();
  counts.connections = impl_->context.connections.total();
  counts.connections_total = connections.admitted;
  counts.connections_peak = connections.peak;
  counts.connections_last_minute = connections.last_minute;
  counts.connections_refused = value(counters.connections_refused);
  counts.rate_windows = impl_->context.rates.size() + impl_->context.creations.size();
  return counts;
}

std::vector<Timestamp> ChatService::recent_connections() const {
  return impl_->context.connections.recent();
}

const ServiceConfig& ChatService::config() const {
  return impl_->context.config;
}

}  // namespace parley::service
