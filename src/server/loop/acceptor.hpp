// Accepts connections on one address for one loop. Without free descriptors it pauses instead of spinning, and logs this once.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/log_sink.hpp"
#include "server/loop/loop.hpp"
#include "server/loop/socket.hpp"

namespace parley::server {

/// Threads: the loop's only.
class Acceptor final : private Ready {
 public:
  using OnAccepted = std::function<void(Descriptor socket, std::string remote_address)>;
  Acceptor(Loop& loop, Descriptor listener, LogSink& logs, OnAccepted on_accepted);
  ~Acceptor() override;

 private:
  void on_readable() override;
  void on_writable() override {}
  void pause(int error);

  Loop& loop_;
  Descriptor listener_;
  LogSink& logs_;
  OnAccepted on_accepted_;
  std::unique_ptr<Watch> watch_;
  TimerId pause_ = 0;
  bool pause_said_ = false;
};

}  // namespace parley::server
