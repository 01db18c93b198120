// SIGTERM and SIGINT: the first signal requests a stop, the second stops at once. A thread waits for them, so that they run ordinary code
// and not a signal handler. Create this object before any other thread: threads inherit that these signals are blocked.
//
// Other signals that end a process by default do not end a server. SIGHUP, SIGUSR1, SIGUSR2 and SIGALRM are reported and change nothing. A
// closed connection (SIGPIPE) or a file at its size limit (SIGXFSZ) is an error of the write in question.
#pragma once

#include <atomic>
#include <functional>
#include <string_view>
#include <thread>

namespace parley::main {

class ShutdownSignals {
 public:
  ShutdownSignals();
  ~ShutdownSignals();
  ShutdownSignals(const ShutdownSignals&) = delete;
  ShutdownSignals& operator=(const ShutdownSignals&) = delete;

  /// Runs `on_first` on the waiting thread at the first SIGTERM or SIGINT, even if it came before this call. Runs `on_other` with the name
  /// of each signal that changes nothing.
  void watch(std::move_only_function<void()> on_first, std::move_only_function<void(std::string_view)> on_other);

 private:
  void wait_for_shutdown(std::move_only_function<void(std::string_view)>& on_other) const;

  std::atomic<bool> leaving_ = false;
  std::thread thread_;
};

}  // namespace parley::main
