#include "server/loop/loop.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <iterator>
#include <system_error>
#include <utility>

#include "base/assert.hpp"
#include "base/idle_memory.hpp"

namespace parley::server {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""ns;

namespace {

constexpr auto memory_return_delay = 50ms;  // while a burst goes on, memory is returned this often

}  // namespace

Loop::Alarm::Alarm(Loop& loop)
    : loop_(loop),
      descriptor_(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)),
      watch_(loop.reactor_, descriptor_.get(), *this) {
  if (!descriptor_.open()) throw std::system_error(errno, std::generic_category(), "timerfd_create");
  watch_.want_read();
}

void Loop::Alarm::set(std::chrono::nanoseconds delay) {
  delay = std::max(delay, 1ns);  // zero would disarm it
  const auto seconds = std::chrono::floor<std::chrono::seconds>(delay);
  const itimerspec once{.it_interval = {}, .it_value = {.tv_sec = seconds.count(), .tv_nsec = (delay - seconds).count()}};
  PARLEY_ASSERT(timerfd_settime(descriptor_.get(), 0, &once, nullptr) == 0);
}

void Loop::Alarm::on_readable() {
  watch_.want_read();
  std::uint64_t times = 0;
  // Nothing to read: it was set to a later time after it rang.
  if (read(descriptor_.get(), &times, sizeof times) == sizeof times) loop_.run_timers();
}

Loop::Loop(std::size_t index, Clock& clock) : index_(index), clock_(clock), thread_(std::this_thread::get_id()) {}

Loop::~Loop() {
  // Tasks that never ran may hold the last reference to a watched object, so they are destroyed before the reactor.
  posted_.clear();
  tasks_.clear();
  returning_.clear();
  later_.clear();
  for_idle_.clear();
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
    if (!std::exchange(asleep_, false)) return;
  }
  reactor_.wake();
}

bool Loop::start_round(bool wait) {
  if (!for_idle_.empty()) fall_idle();
  {
    const std::scoped_lock lock(posted_mutex_);
    asleep_ = wait && posted_.empty() && later_.empty() && !reactor_.has_events();
    wait = asleep_;
  }
  if (wait) return_memory_when_due();
  if (!reactor_.has_events()) reactor_.gather(wait);
  {
    const std::scoped_lock lock(posted_mutex_);
    asleep_ = false;
    tasks_.swap(posted_);
  }
  returning_.clear();
  returned_ = 0;
  returning_.swap(later_);
  return has_ready();
}

void Loop::fall_idle() {
  if (!later_.empty()) return;
  {
    const std::scoped_lock lock(posted_mutex_);
    if (!posted_.empty()) return;
  }
  reactor_.gather(false);
  if (reactor_.has_events()) return;
  for (Task& task : for_idle_) std::exchange(task, nullptr)();
  for_idle_.clear();
}

void Loop::return_memory_when_due() {
  if (now() - returned_memory_at_ < idle_before_memory_returns) return;
  returned_memory_at_ = now();
  return_idle_memory();
}

void Loop::return_memory_soon() {
  if (std::exchange(return_is_due_, true)) return;
  call_after(memory_return_delay, [this] {
    return_is_due_ = false;
    return_idle_memory();
  });
}

bool Loop::has_ready() const {
  return reactor_.has_events() || !tasks_.empty() || returned_ < returning_.size();
}

void Loop::run_one() {
  if (reactor_.next_is_usual()) return reactor_.run_one();
  if (!tasks_.empty()) return run_posted();
  if (reactor_.has_events()) return reactor_.run_one();
  std::exchange(returning_[returned_++], nullptr)();
}

void Loop::run_posted() {
  for (Task& task : tasks_) std::exchange(task, nullptr)();
  tasks_.clear();
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
  alarm_.set(*due - now());
}

void Loop::run_timers() {
  armed_for_.reset();
  timers_.run_due(now());
  arm_timer();
}

void Loop::run() {
  thread_ = std::this_thread::get_id();
  stopped_ = false;
  while (!stopped_) {
    if (!has_ready() && !start_round(true)) continue;
    const SteadyTime until = now() + limits::turn_time;
    for (std::size_t handlers = 0; handlers < limits::handlers_per_flush && has_ready(); ++handlers) {
      run_one();
      if (now() >= until) break;
    }
    end_turn();
  }
}

void Loop::run_ready() {
  thread_ = std::this_thread::get_id();
  do {
    while (has_ready()) run_one();
  } while (start_round(false));
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
  std::ranges::move(postponed_, std::back_inserter(later_));
  postponed_.clear();
}

std::size_t Loop::share_of(std::size_t turn_work, std::size_t at_most) const {
  return std::clamp<std::size_t>(turn_work / (postponed_last_ + 1), 1, at_most);
}

void Loop::flush_later(Corked& corked) {
  if (corked.flush_due_) return;
  corked.flush_due_ = true;
  corked_.push_back(&corked);
}

std::unique_ptr<Watch> Loop::watch(int descriptor, Ready& ready, Precedence precedence) {
  return std::make_unique<Watch>(reactor_, descriptor, ready, precedence);
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
