// The Engine.IO sessions of one loop whose CONNECT has not been accepted yet, oldest first. If there are too many, the oldest gives way to
// a newcomer (docs/adr/0016).
#pragma once

#include <functional>
#include <list>

#include "base/clock.hpp"
#include "server/connection/guests.hpp"

namespace parley::server {

struct UnfinishedHandshake {
  Guests::Slot slot;
  SteadyTime since{};
  std::function<void()> give_way;  // ends the session, and so removes this handshake
};
/// Threads: the loop's.
using UnfinishedHandshakes = std::list<UnfinishedHandshake>;

}  // namespace parley::server
