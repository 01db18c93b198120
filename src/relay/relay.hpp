// Node to node: carries what was committed here to the other nodes, at most once. The store is the truth, the relay is speed (P10).
#pragma once

#include "base/ids.hpp"
#include "domain/entry.hpp"

namespace parley::relay {

class Relay {
 public:
  virtual ~Relay() = default;
  /// After commit, in order of seq. May lose it: a node that sees a hole reads from the store. Never blocks. Threads: the session's.
  virtual void publish(const SessionId& session, const domain::EncodedEntry& entry) = 0;
};

}  // namespace parley::relay
