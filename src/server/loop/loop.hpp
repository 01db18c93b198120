// The event loop of one thread. It works in rounds: it gathers the events of the kernel, runs them, then the tasks that were posted, then
// the events that yield (reactor.hpp), then the tasks that waited for a later turn. A round has one or more turns; at the end of each the
// cork is drawn: one system call sends all bytes that a turn's handlers wrote to a connection. The reason: a send costs 5 µs whatever its
// size.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/event_loop.hpp"
#include "base/limits.hpp"
#include "server/loop/reactor.hpp"
#include "server/loop/timer_queue.hpp"

namespace parley::server {

/// An object with bytes to send at the end of the turn.
class Corked {
 public:
  virtual ~Corked() = default;
  virtual void flush() = 0;

 private:
  friend class Loop;
  bool flush_due_ = false;
};

class Loop final : public EventLoop {
 public:
  Loop(std::size_t index, Clock& clock);
  ~Loop() override;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  [[nodiscard]] std::size_t index() const override { return index_; }
  [[nodiscard]] bool in_this_thread() const override;
  void post(Task task) override;
  void when_idle(Task task) override { for_idle_.push_back(std::move(task)); }
  TimerId call_after(std::chrono::milliseconds delay, Task task) override;
  void cancel(TimerId timer) override;
  /// As call_after, with the precision of the machine's timers. Threads: this loop's only.
  TimerId call_at(SteadyTime due, Task task);

  /// Runs handlers until `stop`; the calling thread becomes this loop's. May be called again after it returned.
  void run();
  /// Makes `run` return at the end of its turn. Threads: any.
  void stop();
  /// Runs the handlers that are ready now and ends the turn, without waiting: for tests.
  void run_ready();

  /// `descriptor` must be non-blocking; `ready` must outlive the watch.
  [[nodiscard]] std::unique_ptr<Watch> watch(int descriptor, Ready& ready, Precedence precedence = Precedence::usual);

  /// Calls `corked.flush()` at the end of this turn.
  void flush_later(Corked& corked);
  /// Runs `task` in a later turn, after everything else that is ready now.
  void after_turn(Task task) { postponed_.push_back(std::move(task)); }
  /// The share of one turn's work for one caller: `at_most`, and less while many callers have postponed work.
  [[nodiscard]] std::size_t share_of(std::size_t turn_work, std::size_t at_most) const;
  /// The number of this turn.
  [[nodiscard]] std::uint64_t turn() const { return turn_; }
  /// Much memory was freed: gives it back to the system within a moment, although the loop is busy.
  void return_memory_soon();
  /// Keeps `remains` until the end of this turn, so that an object can be released while one of its methods runs.
  void bury(std::shared_ptr<void> remains) { buried_.push_back(std::move(remains)); }

  /// The buffer that sockets are read into. Its contents last until the next socket is read.
  [[nodiscard]] std::span<char> read_buffer() { return read_buffer_; }
  [[nodiscard]] SteadyTime now() const { return clock_.steady_now(); }
  /// Threads: any.
  [[nodiscard]] const KernelCalls& kernel_calls() const { return reactor_.calls(); }
  [[nodiscard]] Clock& clock() { return clock_; }
  /// The value of the `Date` header, made once per second.
  [[nodiscard]] std::string_view http_date();

 private:
  /// Rings when the earliest timer is due.
  class Alarm final : private Ready {
   public:
    explicit Alarm(Loop& loop);
    void set(std::chrono::nanoseconds delay);

   private:
    void on_readable() override;
    void on_writable() override {}

    Loop& loop_;
    Descriptor descriptor_;
    Watch watch_;
  };

  /// False if nothing is ready, which `wait` excludes.
  bool start_round(bool wait);
  [[nodiscard]] bool has_ready() const;
  /// Runs one event, all posted tasks, or one task that waited for a later turn.
  void run_one();
  void run_posted();
  void end_turn();
  /// Runs what waits for the loop to be idle, unless there are events.
  void fall_idle();
  void return_memory_when_due();
  void run_timers();
  void arm_timer();

  const std::size_t index_;
  Clock& clock_;
  Reactor reactor_;
  std::thread::id thread_;
  bool stopped_ = false;
  SteadyTime returned_memory_at_{};
  bool return_is_due_ = false;

  std::mutex posted_mutex_;
  std::vector<Task> posted_;     // guarded by posted_mutex_
  bool asleep_ = false;          // guarded by posted_mutex_: `post` has to wake the reactor
  std::vector<Task> tasks_;      // posted, of this round
  std::vector<Task> returning_;  // postponed, of this round
  std::size_t returned_ = 0;
  std::vector<Task> later_;     // postponed, of the next round
  std::vector<Task> for_idle_;  // run before the loop waits

  Alarm alarm_{*this};
  TimerQueue timers_;
  std::optional<SteadyTime> armed_for_;
  std::vector<Corked*> corked_;
  std::vector<std::shared_ptr<void>> buried_;
  std::vector<Task> postponed_;     // by this turn
  std::size_t postponed_last_ = 0;  // in the previous turn
  std::uint64_t turn_ = 0;
  std::array<char, limits::read_buffer_bytes> read_buffer_;
  std::string date_;
  std::int64_t date_second_ = -1;
};

}  // namespace parley::server
