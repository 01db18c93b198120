// SIGTERM and SIGINT: the first asks to stop, the second stops at once. A thread waits for them, so that what they start is ordinary
// code and no signal handler. Make it before any other thread: threads inherit that these signals are blocked.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

namespace parley::main {

class ShutdownSignals {
 public:
  ShutdownSignals();
  ~ShutdownSignals();
  ShutdownSignals(const ShutdownSignals&) = delete;
  ShutdownSignals& operator=(const ShutdownSignals&) = delete;

  /// Runs `on_first` on the waiting thread at the first signal, one that came before this call included.
  void watch(std::move_only_function<void()> on_first);

 private:
  std::atomic<bool> leaving_ = false;
  std::thread thread_;
};

}  // namespace parley::main
