// Node to node: sends committed entries to the other nodes, at most once. The store is authoritative; the relay adds only speed (P10).
#pragma once

#include "base/ids.hpp"
#include "domain/entry.hpp"

namespace parley::relay {

class Relay {
 public:
  virtual ~Relay() = default;
  /// After commit, in order of seq. May lose entries: a node that sees a gap reads the store. Never blocks. Threads: the session's.
  virtual void publish(const SessionId& session, const domain::EncodedEntry& entry) = 0;
};

}  // namespace parley::relay
