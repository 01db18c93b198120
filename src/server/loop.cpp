#include "server/loop.hpp"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <ctime>
#include <utility>

#include "base/assert.hpp"

namespace parley::server {

namespace asio = boost::asio;

struct Loop::Reactor {
  asio::io_context context{1};  // one thread: Asio omits its locks
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  asio::steady_timer timer{context};
};

struct Watch::State {
  State(asio::io_context& context, int fd, Ready& target) : descriptor(context, fd), ready(&target) {}
  asio::posix::stream_descriptor descriptor;
  Ready* ready;  // null once the watch is destroyed; a pending handler then does nothing
  bool reading = false;
  bool writing = false;
};

Watch::~Watch() {
  state_->ready = nullptr;
  state_->descriptor.release();  // the descriptor stays open: its owner closes it or hands it to another loop
}

void Watch::want_read() {
  if (state_->reading) return;
  state_->reading = true;
  state_->descriptor.async_wait(asio::posix::stream_descriptor::wait_read, [state = state_](boost::system::error_code error) {
    state->reading = false;
    if (!error && state->ready != nullptr) state->ready->on_readable();
  });
}

void Watch::want_write() {
  if (state_->writing) return;
  state_->writing = true;
  state_->descriptor.async_wait(asio::posix::stream_descriptor::wait_write, [state = state_](boost::system::error_code error) {
    state->writing = false;
    if (!error && state->ready != nullptr) state->ready->on_writable();
  });
}

Loop::Loop(std::size_t index, Clock& clock)
    : index_(index), clock_(clock), reactor_(std::make_unique<Reactor>()), thread_(std::this_thread::get_id()) {}

Loop::~Loop() {
  // Tasks that never ran may hold the last reference to a watched object, so they are destroyed before the reactor.
  posted_.clear();
  postponed_.clear();
  timers_ = {};
  buried_.clear();
}

bool Loop::in_this_thread() const {
  return std::this_thread::get_id() == thread_;
}

void Loop::post(Task task) {
  {
    const std::scoped_lock lock(posted_mutex_);
    posted_.push_back(std::move(task));
    if (posted_awake_) return;
    posted_awake_ = true;
  }
  asio::post(reactor_->context, [this] { run_posted(); });
}

void Loop::run_posted() {
  std::vector<Task> tasks;
  {
    const std::scoped_lock lock(posted_mutex_);
    tasks.swap(posted_);
    posted_awake_ = false;
  }
  for (Task& task : tasks) task();
}

TimerId Loop::call_after(std::chrono::milliseconds delay, Task task) {
  return call_at(now() + delay, std::move(task));
}

TimerId Loop::call_at(SteadyTime due, Task task) {
  PARLEY_ASSERT(in_this_thread() || stopped_);
  const TimerId id = timers_.add(due, std::move(task));
  arm_timer();
  return id;
}

void Loop::cancel(TimerId timer) {
  PARLEY_ASSERT(in_this_thread() || stopped_);
  timers_.cancel(timer);
}

void Loop::arm_timer() {
  const auto due = timers_.next_due();
  if (!due || (armed_for_ && *armed_for_ <= *due)) return;  // an early timer only checks again
  armed_for_ = due;
  reactor_->timer.expires_after(*due - now());
  reactor_->timer.async_wait([this](boost::system::error_code error) {
    if (error) return;  // rearmed for an earlier time
    armed_for_.reset();
    timers_.run_due(now());
    arm_timer();
  });
}

void Loop::run() {
  thread_ = std::this_thread::get_id();
  stopped_ = false;
  while (!stopped_) {
    reactor_->context.run_one();
    const SteadyTime until = now() + limits::turn_time;
    for (std::size_t handlers = 1; handlers < limits::handlers_per_flush && now() < until && reactor_->context.poll_one() != 0;) ++handlers;
    end_turn();
  }
}

void Loop::run_ready() {
  thread_ = std::this_thread::get_id();
  while (reactor_->context.poll_one() != 0) {
  }
  end_turn();
}

void Loop::stop() {
  post([this] { stopped_ = true; });
}

void Loop::end_turn() {
  // A flush may close a connection, and this may write to others. So the loop repeats until nothing is left.
  while (!corked_.empty() || !buried_.empty()) {
    for (std::size_t index = 0; index < corked_.size(); ++index) {
      corked_[index]->flush_due_ = false;
      corked_[index]->flush();
    }
    corked_.clear();
    const auto buried = std::exchange(buried_, {});
  }
  ++turn_;
  postponed_last_ = postponed_.size();
  // One handler per task, so that other handlers run in between.
  for (Task& task : std::exchange(postponed_, {})) asio::post(reactor_->context, std::move(task));
}

std::size_t Loop::share_of(std::size_t turn_work, std::size_t at_most) const {
  return std::clamp<std::size_t>(turn_work / (postponed_last_ + 1), 1, at_most);
}

void Loop::flush_later(Corked& corked) {
  if (corked.flush_due_) return;
  corked.flush_due_ = true;
  corked_.push_back(&corked);
}

std::unique_ptr<Watch> Loop::watch(int descriptor, Ready& ready) {
  return std::make_unique<Watch>(std::make_shared<Watch::State>(reactor_->context, descriptor, ready));
}

std::string_view Loop::http_date() {
  const auto second = std::chrono::floor<std::chrono::seconds>(clock_.now()).time_since_epoch().count();
  if (second == date_second_) return date_;
  date_second_ = second;
  const std::time_t time = second;
  std::tm parts{};
  gmtime_r(&time, &parts);
  date_.resize(29);
  static constexpr std::string_view days = "SunMonTueWedThuFriSat";
  static constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  char text[32];
  // strftime would follow the locale; RFC 9110 §5.6.7 requires English.
  std::strftime(text, sizeof text, "???, %d ??? %Y %H:%M:%S GMT", &parts);
  date_.assign(text);
  date_.replace(0, 3, days.substr(static_cast<std::size_t>(parts.tm_wday) * 3, 3));
  date_.replace(8, 3, months.substr(static_cast<std::size_t>(parts.tm_mon) * 3, 3));
  return date_;
}

}  // namespace parley::server
