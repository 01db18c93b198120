#include "server/loop/acceptor.hpp"

#include <cstring>
#include <utility>

namespace parley::server {

namespace {
constexpr int accepts_per_turn_max = 64;  // so that a burst of new connections does not starve the open ones
}

Acceptor::Acceptor(Loop& loop, Descriptor listener, LogSink& logs, OnAccepted on_accepted)
    : loop_(loop),
      listener_(std::move(listener)),
      logs_(logs),
      on_accepted_(std::move(on_accepted)),
      watch_(loop.watch(listener_.get(), *this)) {
  watch_->want_read();
}

Acceptor::~Acceptor() {
  loop_.cancel(pause_);
}

void Acceptor::on_readable() {
  for (int count = 0; count < accepts_per_turn_max; ++count) {
    Accepted accepted = accept_from(listener_.get());
    if (accepted.kind == Accepted::Kind::nothing) break;
    if (accepted.kind == Accepted::Kind::exhausted) return pause(accepted.error);
    if (accepted.kind == Accepted::Kind::failed) continue;
    pause_said_ = false;
    on_accepted_(std::move(accepted.socket), std::move(accepted.remote_address));
  }
  watch_->want_read();
}

void Acceptor::pause(int error) {
  if (!pause_said_) {
    logs_.write(LogLevel::error, "server", "Cannot accept connections for now; raise the limit of open files (ulimit -n)",
                {{"cause", std::strerror(error)}});
  }
  pause_said_ = true;
  pause_ = loop_.call_after(limits::accept_pause, [this] { watch_->want_read(); });
}

}  // namespace parley::server
