// The relay of a single node: there are no other nodes, so it does nothing.
#pragma once

#include "relay/relay.hpp"

namespace parley::relay {

class LocalRelay final : public Relay {
 public:
  void publish(const SessionId&, const domain::EncodedEntry&) override {}
};

}  // namespace parley::relay
