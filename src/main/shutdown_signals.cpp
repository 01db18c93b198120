#include "main/shutdown_signals.hpp"

#include <pthread.h>
#include <unistd.h>

#include <csignal>

namespace parley::main {

namespace {

sigset_t shutdown_set() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

constexpr int exit_code_of_second_signal = 1;

}  // namespace

ShutdownSignals::ShutdownSignals() {
  const auto set = shutdown_set();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a peer that went away is an error of its own write
}

ShutdownSignals::~ShutdownSignals() {
  if (!thread_.joinable()) return;
  leaving_ = true;
  pthread_kill(thread_.native_handle(), SIGTERM);
  thread_.join();
}

void ShutdownSignals::watch(std::move_only_function<void()> on_first) {
  thread_ = std::thread([this, on_first = std::move(on_first)]() mutable {
    const auto set = shutdown_set();
    int signal = 0;
    sigwait(&set, &signal);
    if (leaving_) return;
    on_first();
    sigwait(&set, &signal);
    if (!leaving_) _exit(exit_code_of_second_signal);
  });
}

}  // namespace parley::main
