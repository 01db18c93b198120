// SIGTERM and SIGINT: the first asks to stop, the second stops at once. A thread waits for them, so that what they start is ordinary
// code and no signal handler. Make it before any other thread: threads inherit that these signals are blocked.
//
// Other signals whose default ends a process do not end a server: SIGHUP, SIGUSR1, SIGUSR2 and SIGALRM are told and change nothing; a peer
// that went away (SIGPIPE) and a file that reaches its limit of size (SIGXFSZ) are errors of the write that meets them.
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

  /// Runs `on_first` on the waiting thread at the first of the two, one that came before this call included, and `on_other` with the name
  /// of each signal that changes nothing.
  void watch(std::move_only_function<void()> on_first, std::move_only_function<void(std::string_view)> on_other);

 private:
  void wait_for_shutdown(std::move_only_function<void(std::string_view)>& on_other) const;

  std::atomic<bool> leaving_ = false;
  std::thread thread_;
};

}  // namespace parley::main
