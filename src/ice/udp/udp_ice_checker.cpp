#include "ice/udp/udp_ice_checker.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "ice/udp/server_check.hpp"

namespace parley::ice {

namespace {

struct Job {
  EventLoop* loop;
  std::vector<Server> servers;
  IceChecker::Done done;
};

/// Wakes a `poll` from another thread.
class Bell {
 public:
  Bell() : descriptor_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (!descriptor_.is_open()) throw std::system_error(errno, std::generic_category(), "eventfd");
  }
  void ring() const {
    const std::uint64_t one = 1;
    // Fails only if the counter is full (2^64 - 2 rings without a read). The bell already rings then.
    [[maybe_unused]] const auto written = ::write(descriptor_.number(), &one, sizeof one);
  }
  void silence() const {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(descriptor_.number(), &count, sizeof count);  // fails if it has not rung
  }
  [[nodiscard]] int number() const { return descriptor_.number(); }

 private:
  Descriptor descriptor_;
};

/// Milliseconds for `poll`, rounded up, so that due work is really due when it returns.
int poll_timeout(SteadyTime until, SteadyTime now) {
  using std::chrono::milliseconds;
  return static_cast<int>(std::max(std::chrono::ceil<milliseconds>(until - now), milliseconds{0}).count());
}

}  // namespace

struct UdpIceChecker::Worker {
  Worker(const Clock& clock_, std::function<std::unique_ptr<Entropy>()> make_entropy_)
      : clock(clock_), make_entropy(std::move(make_entropy_)), thread([this] { run(); }) {}
  ~Worker();

  void run();
  [[nodiscard]] std::vector<Report> check(const std::vector<Server>& servers, Entropy& entropy);
  void wait(std::vector<std::unique_ptr<ServerCheck>>& checks, SteadyTime deadline);

  const Clock& clock;
  std::function<std::unique_ptr<Entropy>()> make_entropy;
  std::shared_ptr<Bell> bell = std::make_shared<Bell>();  // name lookups may outlive the worker
  std::mutex mutex;                                       // guards job
  std::condition_variable has_work;
  std::optional<Job> job;
  std::atomic<bool> stopping = false;
  std::thread thread;  // last: it uses everything above
};

UdpIceChecker::Worker::~Worker() {
  {
    const std::lock_guard lock(mutex);
    stopping = true;
  }
  has_work.notify_one();
  bell->ring();
  thread.join();
}

void UdpIceChecker::Worker::run() {
  const auto entropy = make_entropy();
  while (true) {
    std::unique_lock lock(mutex);
    has_work.wait(lock, [this] { return job.has_value() || stopping; });
    if (!job) return;
    Job taken = *std::exchange(job, std::nullopt);
    lock.unlock();
    taken.loop->post([done = std::move(taken.done), reports = check(taken.servers, *entropy)]() mutable { done(std::move(reports)); });
  }
}

std::vector<Report> UdpIceChecker::Worker::check(const std::vector<Server>& servers, Entropy& entropy) {
  const SteadyTime deadline = clock.steady_now() + limits::ice_check_timeout;
  std::vector<std::unique_ptr<ServerCheck>> checks;
  for (const Server& server : servers) {
    checks.push_back(std::make_unique<ServerCheck>(server, entropy, [heard = bell] { heard->ring(); }));
  }
  while (!stopping && clock.steady_now() < deadline) {
    bell->silence();  // before the checks, so that a later ring wakes poll again
    for (const auto& each : checks) each->advance(clock.steady_now());
    if (std::ranges::all_of(checks, [](const auto& each) { return each->done(); })) break;
    wait(checks, deadline);
  }
  std::vector<Report> reports;
  for (const auto& each : checks) {
    each->give_up(stopping ? "Not checked, the server stops" : "Timed out");
    reports.push_back(each->report());
  }
  return reports;
}

void UdpIceChecker::Worker::wait(std::vector<std::unique_ptr<ServerCheck>>& checks, SteadyTime deadline) {
  std::vector<pollfd> sockets{{bell->number(), POLLIN, 0}};
  SteadyTime until = deadline;
  for (const auto& each : checks) {
    sockets.push_back({each->socket(), POLLIN, 0});  // poll ignores a negative descriptor
    if (const auto due = each->next_due()) until = std::min(until, *due);
  }
  const int ready = ::poll(sockets.data(), sockets.size(), poll_timeout(until, clock.steady_now()));
  PARLEY_ASSERT(ready >= 0 || errno == EINTR);
  for (std::size_t index = 0; ready > 0 && index < checks.size(); ++index) {
    if (sockets[index + 1].revents != 0) checks[index]->receive(clock.steady_now());
  }
}

UdpIceChecker::UdpIceChecker(const Clock& clock, std::function<std::unique_ptr<Entropy>()> make_entropy)
    : worker_(std::make_unique<Worker>(clock, std::move(make_entropy))) {}

UdpIceChecker::~UdpIceChecker() = default;

void UdpIceChecker::check(EventLoop& loop, std::vector<Server> servers, Done done) {
  PARLEY_ASSERT(servers.size() <= limits::ice_servers_max);
  {
    const std::lock_guard lock(worker_->mutex);
    PARLEY_ASSERT(!worker_->job);  // the caller must run one check at a time
    worker_->job = Job{&loop, std::move(servers), std::move(done)};
  }
  worker_->has_work.notify_one();
}

}  // namespace parley::ice
