#include "support/tcp_gate.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>
#include <vector>

#include "support/free_port.hpp"
#include "support/gate_connection.hpp"

namespace parley::test {

namespace {

constexpr int backlog = 512;
using Clock = std::chrono::steady_clock;

[[noreturn]] void cannot(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

void set_option(int descriptor, int level, int option) {
  const int on = 1;
  setsockopt(descriptor, level, option, &on, sizeof(on));
}

int connect_to(std::uint16_t port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) cannot("socket");
  set_option(descriptor, IPPROTO_TCP, TCP_NODELAY);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // connect only begins here. Its result is read when poll reports the end.
  static_cast<void>(connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)));
  return descriptor;
}

/// The names to which a fault applies. The empty name means all.
class Names {
 public:
  void add(std::string_view name) { names_.emplace(name); }
  void remove(std::string_view name) {
    if (name.empty()) return names_.clear();
    if (const auto found = names_.find(name); found != names_.end()) names_.erase(found);
  }
  [[nodiscard]] bool match(const std::string& name) const { return names_.contains("") || names_.contains(name); }

 private:
  std::set<std::string, std::less<>> names_;
};

}  // namespace

/// One lock protects all state; the thread releases it only while it polls. So a change is in force when the caller's function returns.
class TcpGate::Loop {
 public:
  explicit Loop(std::uint16_t target_port);
  ~Loop();

  /// Changes the faults and wakes the thread to apply them.
  template <typename Change>
  void change(Change make) {
    const std::lock_guard lock(mutex_);
    make(*this);
    wake();
  }
  void cut(const std::function<bool(const GateConnection&)>& which);
  void refuse();
  void accept();
  GateCounts counts(std::string_view app_name) const;

  const std::uint16_t target_port_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  Names held_;
  Names swallowed_;
  std::chrono::milliseconds delay_{0};
  std::size_t piece_bytes_max_ = 0;

 private:
  void wake() const;
  void run();
  int wait_for_events(std::vector<pollfd>& polled, std::unique_lock<std::mutex>& lock);
  void accept_waiting();
  void advance(const std::vector<pollfd>& polled, std::size_t known);
  void settle_counts();
  [[nodiscard]] GateFaults faults_for(const GateConnection& connection) const;

  int listener_ = -1;
  int wake_ = -1;
  bool accepting_ = true;
  bool stopping_ = false;
  std::vector<std::unique_ptr<GateConnection>> connections_;
  std::map<std::string, GateCounts, std::less<>> past_;  // by app name: the counts that only grow
  std::thread thread_;
};

TcpGate::Loop::Loop(std::uint16_t target_port) : target_port_(target_port) {
  const auto bound = bind_free_port();
  listener_ = bound.descriptor;
  port_ = bound.port;
  set_option(listener_, SOL_SOCKET, SO_REUSEADDR);  // so that it can listen again while old connections are still closing
  if (listen(listener_, backlog) != 0) cannot("listen");
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_ < 0) cannot("eventfd");
  thread_ = std::thread([this] { run(); });
}

TcpGate::Loop::~Loop() {
  change([](Loop& loop) { loop.stopping_ = true; });
  thread_.join();
  connections_.clear();
  close(listener_);
  close(wake_);
}

void TcpGate::Loop::wake() const {
  static_cast<void>(eventfd_write(wake_, 1));
}

void TcpGate::Loop::run() {
  std::unique_lock lock(mutex_);
  std::vector<pollfd> polled;
  while (!stopping_) {
    const std::size_t known = connections_.size();
    if (wait_for_events(polled, lock) < 0 && errno != EINTR) cannot("poll");
    eventfd_t ignored = 0;
    static_cast<void>(eventfd_read(wake_, &ignored));
    advance(polled, known);
    if (accepting_ && polled[1].revents != 0) accept_waiting();
    settle_counts();
    changed_.notify_all();
  }
}

/// Polls without the lock. Only this thread adds and removes connections, so their order stays the same. Other threads may reset
/// connections, which closes sockets.
int TcpGate::Loop::wait_for_events(std::vector<pollfd>& polled, std::unique_lock<std::mutex>& lock) {
  const auto now = Clock::now();
  auto due = Clock::time_point::max();
  polled.assign({{wake_, POLLIN, 0}, {accepting_ ? listener_ : -1, POLLIN, 0}});
  for (const auto& connection : connections_) {
    const auto faults = faults_for(*connection);
    const auto wanted = connection->wanted(faults, now);
    polled.push_back({wanted.client != 0 ? connection->client() : -1, wanted.client, 0});
    polled.push_back({wanted.server != 0 ? connection->server() : -1, wanted.server, 0});
    due = std::min(due, connection->next_due(faults, now));
  }
  int patience_ms = -1;
  if (due != Clock::time_point::max()) {
    patience_ms = static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(due - now).count());
  }
  lock.unlock();
  const int ready = poll(polled.data(), polled.size(), patience_ms);
  lock.lock();
  return ready;
}

void TcpGate::Loop::advance(const std::vector<pollfd>& polled, std::size_t known) {
  const auto now = Clock::now();
  for (std::size_t index = 0; index < known; ++index) {
    auto& connection = *connections_[index];
    connection.read({polled[2 + 2 * index].revents, polled[3 + 2 * index].revents}, faults_for(connection), now);
    connection.write(faults_for(connection), now);  // the read may have found its app name
  }
}

void TcpGate::Loop::accept_waiting() {
  while (true) {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (client < 0) return;
    set_option(client, IPPROTO_TCP, TCP_NODELAY);
    connections_.push_back(std::make_unique<GateConnection>(client, connect_to(target_port_)));
  }
}

GateFaults TcpGate::Loop::faults_for(const GateConnection& connection) const {
  return {held_.match(connection.app_name()), swallowed_.match(connection.app_name()), delay_, piece_bytes_max_};
}

void TcpGate::Loop::settle_counts() {
  for (const auto& connection : connections_) {
    auto& past = past_[connection->app_name()];
    const auto fresh = connection->take_counts();
    past.requests += fresh.requests;
    past.answers += fresh.answers;
    past.swallowed += fresh.swallowed;
    past.accepted += fresh.accepted;
    past.writes += fresh.writes;
  }
  std::erase_if(connections_, [](const auto& connection) { return connection->done(); });
}

GateCounts TcpGate::Loop::counts(std::string_view app_name) const {
  GateCounts sum;
  for (const auto& [name, past] : past_) {
    if (!app_name.empty() && name != app_name) continue;
    sum.accepted += past.accepted;
    sum.requests += past.requests;
    sum.answers += past.answers;
    sum.swallowed += past.swallowed;
    sum.writes += past.writes;
  }
  for (const auto& connection : connections_) {
    if (connection->done() || (!app_name.empty() && connection->app_name() != app_name)) continue;
    ++sum.open;
    if (held_.match(connection->app_name())) sum.held += connection->waiting_operations();
  }
  return sum;
}

void TcpGate::Loop::cut(const std::function<bool(const GateConnection&)>& which) {
  for (const auto& connection : connections_) {
    if (which(*connection)) connection->reset();
  }
}

/// A listening socket after shutdown keeps its port and can listen again, so no other process takes the port meanwhile.
void TcpGate::Loop::refuse() {
  if (accepting_ && shutdown(listener_, SHUT_RD) != 0) cannot("shutdown");
  accepting_ = false;
}

void TcpGate::Loop::accept() {
  if (!accepting_ && listen(listener_, backlog) != 0) cannot("listen");
  accepting_ = true;
}

TcpGate::TcpGate(std::uint16_t target_port) : loop_(std::make_unique<Loop>(target_port)) {}
TcpGate::~TcpGate() = default;

std::uint16_t TcpGate::port() const {
  return loop_->port_;
}

void TcpGate::hold(std::string_view app_name) {
  loop_->change([&](Loop& loop) { loop.held_.add(app_name); });
}
void TcpGate::release(std::string_view app_name) {
  loop_->change([&](Loop& loop) { loop.held_.remove(app_name); });
}
void TcpGate::delay(std::chrono::milliseconds each_way) {
  loop_->change([&](Loop& loop) { loop.delay_ = each_way; });
}
void TcpGate::slice(std::size_t piece_bytes_max) {
  loop_->change([&](Loop& loop) { loop.piece_bytes_max_ = piece_bytes_max; });
}
void TcpGate::swallow_answers(std::string_view app_name) {
  loop_->change([&](Loop& loop) { loop.swallowed_.add(app_name); });
}
void TcpGate::deliver_answers() {
  loop_->change([](Loop& loop) {
    loop.swallowed_.remove({});
    loop.cut([](const GateConnection& connection) { return connection.lost_answers(); });
  });
}
void TcpGate::cut(std::string_view app_name) {
  loop_->change([&](Loop& loop) {
    loop.cut([&](const GateConnection& connection) { return app_name.empty() || connection.app_name() == app_name; });
  });
}
void TcpGate::refuse() {
  loop_->change([](Loop& loop) { loop.refuse(); });
}
void TcpGate::accept() {
  loop_->change([](Loop& loop) { loop.accept(); });
}
void TcpGate::heal() {
  release();
  delay(std::chrono::milliseconds{0});
  slice(0);
  deliver_answers();
  accept();
}

GateCounts TcpGate::counts(std::string_view app_name) const {
  const std::lock_guard lock(loop_->mutex_);
  return loop_->counts(app_name);
}

bool TcpGate::wait_until(const std::function<bool(const GateCounts&)>& so, std::string_view app_name, std::chrono::seconds patience) const {
  std::unique_lock lock(loop_->mutex_);
  return loop_->changed_.wait_for(lock, patience, [&] { return so(loop_->counts(app_name)); });
}

}  // namespace parley::test
