// Linux epoll for one loop. Level-triggered, and a registration stays until an event comes that nobody wants. So a connection that reads,
// answers and waits again calls epoll_ctl once in its life (ADR 0017).
//
// Two queues  The kernel reports ready descriptors in turn, so a thousand busy strangers would each be served before a member's next
//             message. Descriptors that yield are in a second epoll, whose events come after the others and are bounded in each round.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/limits.hpp"
#include "server/loop/socket.hpp"

namespace parley::server {

/// Called when a watched descriptor can be read or written.
class Ready {
 public:
  virtual ~Ready() = default;
  virtual void on_readable() = 0;
  virtual void on_writable() = 0;
};

class Reactor;

/// Whether the events of a descriptor wait for those of the others.
enum class Precedence : std::uint8_t { usual, yields };

/// One descriptor in a loop's reactor. Each want lasts for one call of Ready. Destroying the Watch stops the watching and leaves the
/// descriptor open; this is allowed inside a call of Ready. Threads: the loop's only.
class Watch {
 public:
  /// `descriptor` is non-blocking. `reactor`, `descriptor` and `ready` outlive the watch.
  Watch(Reactor& reactor, int descriptor, Ready& ready, Precedence precedence = Precedence::usual)
      : reactor_(reactor), ready_(ready), descriptor_(descriptor), precedence_(precedence) {}
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  void want_read();
  void want_write();
  /// From the next round on.
  void set_precedence(Precedence precedence);

 private:
  friend class Reactor;
  void on_event(std::uint32_t what);
  [[nodiscard]] std::uint32_t wanted() const;
  void enroll(std::uint32_t events);
  [[nodiscard]] int epoll() const;

  Reactor& reactor_;
  Ready& ready_;
  const int descriptor_;
  Precedence precedence_;
  std::uint32_t enrolled_ = 0;  // the events that the kernel reports; none: the kernel does not know the descriptor
  bool reading_ = false;
  bool writing_ = false;
};

/// Counted by the loop, read by any thread.
struct KernelCalls {
  std::atomic<std::uint64_t> waits = 0;          // epoll_wait
  std::atomic<std::uint64_t> watch_changes = 0;  // epoll_ctl
};

/// Threads: the loop's only, except for `wake` and `calls`.
class Reactor {
 public:
  Reactor();

  /// Asks the kernel for events, after all events of the last call have run. With `wait` it blocks until there is one or `wake` is called.
  void gather(bool wait);
  [[nodiscard]] bool has_events() const { return next_ < count_; }
  /// The next event does not yield.
  [[nodiscard]] bool next_is_usual() const { return next_ < usual_; }
  /// Runs one gathered event.
  void run_one();
  /// Ends a `gather` that waits, or the next one. Threads: any.
  void wake();
  [[nodiscard]] const KernelCalls& calls() const { return calls_; }

 private:
  friend class Watch;
  void forget(const Watch& watch);
  [[nodiscard]] std::size_t events_of(int epoll, std::span<epoll_event> events, int timeout);
  void add(int descriptor, std::uint32_t events, void* mark);

  KernelCalls calls_;
  Descriptor epoll_;
  Descriptor yielding_;  // an epoll that `epoll_` watches
  Descriptor wake_;
  std::array<epoll_event, limits::events_per_round + limits::yielding_events_per_round> events_;  // those that yield are the last ones
  std::size_t next_ = 0;
  std::size_t usual_ = 0;
  std::size_t count_ = 0;
  Watch* ringing_ = nullptr;  // its event runs now; null once it is destroyed
};

}  // namespace parley::server
