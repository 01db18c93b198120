// Checks ICE servers over UDP sockets of its own: one thread that sleeps until there is something to check. What is sent and what an
// answer means is protocol/stun's business; here are sockets, names and the deadline.
//
// Not here  Servers over TCP and TLS: their report says that they are not checked.
#pragma once

#include <functional>
#include <memory>

#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "ice/ice_checker.hpp"

namespace parley::ice {

class UdpIceChecker final : public IceChecker {
 public:
  /// `clock` must outlive it; `make_entropy` is called once, on the thread of the checker.
  UdpIceChecker(const Clock& clock, std::function<std::unique_ptr<Entropy>()> make_entropy);
  /// Ends a check that is under way: its servers are reported as not checked.
  ~UdpIceChecker() override;

  void check(EventLoop& loop, std::vector<Server> servers, Done done) override;

 private:
  struct Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace parley::ice
