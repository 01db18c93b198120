// The main workload: members of many sessions send chat messages over Socket.IO and everyone in the room hears them. Afterwards what
// was acknowledged and heard is compared with what the server has stored.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "load/endpoint.hpp"
#include "load/load_identity.hpp"
#include "load/pace.hpp"
#include "load/witness.hpp"

namespace parley::bench {

struct RelayPlan {
  Endpoint endpoint;
  LoadIdentity identity;
  std::size_t sessions = 250;
  std::size_t members = 2;  // connections in each room
  std::size_t senders = 0;  // of them send; 0: all
  std::size_t text_bytes = 120;
  Pace pace;
  std::chrono::seconds drain_patience{10};  // without any progress, before unanswered messages are given up
  std::optional<pid_t> server_process;
  bool read_back = true;  // off: for servers that store nothing; lost, doubled and reordered are then told from acks and echoes alone
};

struct RelayResult {
  LoadFigures acks;      // from the due time to the ack
  Histogram deliveries;  // from the due time to each member's receipt, the sender's own echo included
  std::uint64_t sent = 0;
  std::uint64_t unanswered = 0;
  std::size_t members_total = 0;
  Verdict verdict;
};

/// Throws LoadFailure when the run cannot be carried through.
[[nodiscard]] RelayResult run_relay(const RelayPlan& plan, Clock& clock);

}  // namespace parley::bench
