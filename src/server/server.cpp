#include "server/server.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "base/assert.hpp"
#include "server/connection/shard.hpp"
#include "server/front.hpp"
#include "server/loop/acceptor.hpp"

namespace parley::server {

namespace {

constexpr ErrorCode invalid_argument{100};  // domain/error_code.hpp, which `server` does not include

std::vector<std::string> hosts_of(const std::string& address) {
  if (address == "localhost") return {"127.0.0.1", "::1"};
  return {address};
}

std::size_t loop_count(const ServerConfig& config) {
  const std::size_t wanted = config.event_loops == 0 ? std::thread::hardware_concurrency() : config.event_loops;
  return std::clamp<std::size_t>(wanted, 1, limits::event_loops_max);
}

/// One loop's share of the bytes that all connections may hold: never too small for the data that one honest client may send.
std::size_t held_bytes_of_loop(std::size_t held_bytes_max, std::size_t loops) {
  return std::max(held_bytes_max / loops, std::min(held_bytes_max, limits::held_bytes_of_loop_min));
}

}  // namespace

struct Server::Impl {
  struct Member {  // of one loop
    Member(std::size_t index, Clock& clock, std::size_t held_bytes_max) : shard(index, clock, held_bytes_max) {}
    Shard shard;
    std::unique_ptr<Front> front;
    std::vector<Listener> listeners;                   // bound, until `run`
    std::vector<std::unique_ptr<Acceptor>> acceptors;  // while it accepts
    bool drained = false;
  };

  Impl(ServerConfig config, Clock& given_clock, LogSink& log_sink) : clock(given_clock), logs(log_sink) {
    site.config = std::move(config);
    site.refused_origins = std::make_unique<RefusedOrigins>(logs, clock, "server");
    const std::size_t count = loop_count(site.config);
    const std::size_t held_bytes = held_bytes_of_loop(site.config.held_bytes_max, count);
    for (std::size_t index = 0; index < count; ++index) members.push_back(std::make_unique<Member>(index, clock, held_bytes));
  }

  Result<void> bind();
  std::expected<void, std::string> bind_host(const std::string& host);
  void build_fronts();
  void begin(Member& member);
  void drain(Member& member);
  void look_if_drained(Member& member);
  void on_drained();

  Clock& clock;
  LogSink& logs;
  Site site;
  std::vector<std::unique_ptr<Member>> members;
  std::uint16_t port = 0;
  std::atomic<std::size_t> members_draining = 0;
  std::move_only_function<void(std::move_only_function<void()>)> before_close;  // Owner: loop 0, once `stop` has posted it
};

Server::Server(ServerConfig config, Clock& clock, LogSink& logs) : impl_(std::make_unique<Impl>(std::move(config), clock, logs)) {}

Server::~Server() = default;

std::vector<EventLoop*> Server::loops() {
  std::vector<EventLoop*> loops;
  for (const auto& member : impl_->members) loops.push_back(&member->shard.loop());
  return loops;
}

void Server::set_http_handler(protocol::http::HttpHandler& handler) {
  impl_->site.http = &handler;
}

void Server::set_namespace_handler(protocol::socketio::NamespaceHandler& handler) {
  auto engineio = std::make_unique<Site::Engineio>();
  engineio->config = impl_->site.config.engineio;
  engineio->namespaces = &handler;
  impl_->site.engineio.push_back(std::move(engineio));
}

void Server::set_engineio_handler(EngineioConfig config, protocol::engineio::OpenHandler& handler) {
  auto engineio = std::make_unique<Site::Engineio>();
  engineio->config = std::move(config);
  engineio->handler = &handler;
  impl_->site.engineio.push_back(std::move(engineio));
}

void Server::set_websocket_handler(std::string path, WebsocketConfig config, protocol::websocket::OpenHandler& handler) {
  impl_->site.websockets.push_back({std::move(path), config, &handler});
}

Result<void> Server::listen() {
  auto bound = impl_->bind();
  if (bound) impl_->build_fronts();
  return bound;
}

std::uint16_t Server::port() const {
  return impl_->port;
}

Result<void> Server::Impl::bind() {
  auto proxies = TrustedProxies::parse(site.config.trusted_proxies);
  if (!proxies) return refuse(invalid_argument, proxies.error());
  site.proxies = std::move(*proxies);
  port = site.config.port;
  const auto hosts = hosts_of(site.config.address);
  for (std::size_t index = 0; index < hosts.size(); ++index) {
    const auto bound = bind_host(hosts[index]);
    if (bound) continue;
    if (index == 0) return refuse(invalid_argument, bound.error());
    logs.write(LogLevel::info, "server", "Not listening on one of the addresses of localhost", {{"cause", bound.error()}});
  }
  return {};
}

std::expected<void, std::string> Server::Impl::bind_host(const std::string& host) {
  if (const auto free = check_port_free({host, port}); !free) return free;
  for (const auto& member : members) {
    auto listener = listen_on({host, port});
    if (!listener) return std::unexpected(listener.error());
    port = listener->port;
    member->listeners.push_back(std::move(*listener));
  }
  return {};
}

void Server::Impl::build_fronts() {
  site.admission = std::make_unique<Admission>(site.config, site.proxies, clock, logs);
  for (const auto& member : members) {
    member->shard.count_in(site.admission->counts.sockets);
    member->shard.holdings().watch([this](const std::string& address, std::size_t bytes) { site.admission->gave_up(address, bytes); });
  }
  for (const auto& member : members) member->front = std::make_unique<Front>(site, member->shard);
  for (std::size_t path = 0; path < site.engineio.size(); ++path) {
    std::vector<EngineioEndpoint*> siblings;
    for (const auto& member : members) siblings.push_back(member->front->endpoints()[path].get());
    for (EngineioEndpoint* endpoint : siblings) endpoint->set_siblings(siblings);
  }
}

void Server::Impl::begin(Member& member) {
  for (Listener& listener : member.listeners) {
    member.acceptors.push_back(std::make_unique<Acceptor>(
        member.shard.loop(), std::move(listener.socket), logs,
        [&member](Descriptor socket, std::string address) { member.front->accept(std::move(socket), std::move(address)); }));
  }
  member.listeners.clear();
}

void Server::run() {
  PARLEY_ASSERT(impl_->members.front()->front != nullptr);  // `listen` must have been called
  std::vector<std::jthread> threads;
  for (std::size_t index = impl_->members.size(); index-- > 0;) {
    Impl::Member& member = *impl_->members[index];
    member.shard.loop().post([this, &member] { impl_->begin(member); });
    if (index != 0) threads.emplace_back([&member] { member.shard.loop().run(); });
  }
  impl_->members.front()->shard.loop().run();
}

void Server::stop(std::move_only_function<void(std::move_only_function<void()> finished)> before_close) {
  impl_->members.front()->shard.loop().post([this, before_close = std::move(before_close)]() mutable {
    impl_->before_close = std::move(before_close);
    impl_->members_draining = impl_->members.size();
    for (const auto& member : impl_->members) {
      member->shard.loop().post([this, &member = *member] { impl_->drain(member); });
    }
  });
}

void Server::Impl::drain(Member& member) {
  member.acceptors.clear();
  member.front->drain();
  member.shard.watch_closed([this, &member] { look_if_drained(member); });
  member.shard.loop().call_after(limits::drain_timeout, [this, &member] {
    if (member.drained) return;
    logs.write(LogLevel::warning, "server", "Some connections did not end in time and were cut",
               {{"count", std::to_string(member.shard.connection_count())}});
    member.shard.for_each_connection([](Connection& connection) { connection.cut(); });
  });
  look_if_drained(member);
}

void Server::Impl::look_if_drained(Member& member) {
  if (member.drained || member.shard.connection_count() != 0) return;
  member.drained = true;
  if (members_draining.fetch_sub(1) == 1) members.front()->shard.loop().post([this] { on_drained(); });
}

void Server::Impl::on_drained() {
  auto finished = [this] {
    for (const auto& member : members) member->shard.loop().stop();
  };
  if (!before_close) return finished();
  before_close(finished);
}

ServerCounts Server::counts() const {
  constexpr auto relaxed = std::memory_order_relaxed;
  const SessionTotals& totals = impl_->site.totals;
  ServerCounts counts{.connections_open = totals.open.load(relaxed),
                      .connections_total = totals.opened.load(relaxed),
                      .connections_peak = totals.peak.load(relaxed),
                      .connections_refused = totals.refused.load(relaxed)};
  if (const Admission* const admission = impl_->site.admission.get()) {
    counts.sockets_open = admission->counts.sockets.load(relaxed);
    counts.strangers = admission->strangers();
    counts.handshakes = admission->handshakes();
    counts.strangers_closed = admission->counts.closed_for_newcomers.load(relaxed);
    counts.newcomers_turned_away = admission->counts.turned_away.load(relaxed);
    counts.handshakes_ended = admission->counts.handshakes_ended.load(relaxed);
    counts.handshakes_refused = admission->counts.handshakes_refused.load(relaxed);
  }
  for (const auto& member : impl_->members) {
    const TransferCounts& transfers = member->shard.transfers;
    counts.slow_readers_cut += transfers.slow_readers_cut.load(relaxed);
    counts.holders_cut += transfers.given_up.load(relaxed);
    counts.bytes_sent += transfers.bytes_sent.load(relaxed);
    counts.sends += transfers.sends.load(relaxed);
    counts.receives += transfers.receives.load(relaxed);
    counts.waits += member->shard.loop().kernel_calls().waits.load(relaxed);
    counts.watch_changes += member->shard.loop().kernel_calls().watch_changes.load(relaxed);
  }
  return counts;
}

}  // namespace parley::server
