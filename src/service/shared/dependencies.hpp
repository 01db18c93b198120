// The dependencies of the service. Each must outlive it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "auth/authenticator.hpp"
#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "base/event_loop.hpp"
#include "base/log_sink.hpp"
#include "base/result.hpp"
#include "ice/ice_checker.hpp"
#include "relay/relay.hpp"
#include "store/store.hpp"

namespace parley::service {

struct Dependencies {
  std::vector<EventLoop*> loops;
  store::Store& store;
  relay::Relay& relay;
  auth::Authenticator& authenticator;
  Clock& clock;
  std::function<std::unique_ptr<Entropy>()> make_entropy;  // one per loop
  LogSink& logs;
  ice::IceChecker& ice_checker;
  std::function<Result<std::string>()> read_turn_secret{};  // called again at each rotation; may block; empty: there is no source to read
};

}  // namespace parley::service
