#include "main/shutdown_signals.hpp"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <string>
#include <utility>

namespace parley::main {

namespace {

sigset_t watched_set() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGALRM}) sigaddset(&set, signal);
  return set;
}

constexpr int exit_code_of_second_signal = 1;

}  // namespace

ShutdownSignals::ShutdownSignals() {
  const auto set = watched_set();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // the write fails with EFBIG, and the store stops accepting writes
}

ShutdownSignals::~ShutdownSignals() {
  if (!thread_.joinable()) return;
  leaving_ = true;
  pthread_kill(thread_.native_handle(), SIGTERM);
  thread_.join();
}

void ShutdownSignals::wait_for_shutdown(std::move_only_function<void(std::string_view)>& on_other) const {
  const auto set = watched_set();
  for (int signal = 0; !leaving_;) {
    sigwait(&set, &signal);
    if (signal == SIGTERM || signal == SIGINT) return;
    on_other(std::string("SIG") + sigabbrev_np(signal));
  }
}

void ShutdownSignals::watch(std::move_only_function<void()> on_first, std::move_only_function<void(std::string_view)> on_other) {
  thread_ = std::thread([this, on_first = std::move(on_first), on_other = std::move(on_other)]() mutable {
    wait_for_shutdown(on_other);
    if (leaving_) return;
    on_first();
    wait_for_shutdown(on_other);
    if (!leaving_) _exit(exit_code_of_second_signal);
  });
}

}  // namespace parley::main
