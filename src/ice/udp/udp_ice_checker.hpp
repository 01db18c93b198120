// Checks ICE servers over its own UDP sockets, on one thread that sleeps while there is nothing to check. protocol/stun builds the requests
// and interprets the answers. The code here handles sockets, names and the deadline.
//
// Not here  Servers over TCP and TLS: their reports say that they are not checked.
#pragma once

#include <functional>
#include <memory>

#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "ice/ice_checker.hpp"

namespace parley::ice {

class UdpIceChecker final : public IceChecker {
 public:
  /// `clock` must outlive the object. `make_entropy` is called once, on the checker's thread.
  UdpIceChecker(const Clock& clock, std::function<std::unique_ptr<Entropy>()> make_entropy);
  /// Ends a running check: its servers are reported as not checked.
  ~UdpIceChecker() override;

  void check(EventLoop& loop, std::vector<Server> servers, Done done) override;

 private:
  struct Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace parley::ice
