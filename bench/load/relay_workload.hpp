// The main workload. Members of many sessions send chat messages, and every member of the room receives them. Afterwards the acknowledged
// and received messages are compared with those that the server has stored.
#pragma once

#include <sys/types.h>

#include <vector>

#include "base/clock.hpp"
#include "load/endpoint.hpp"
#include "load/load_identity.hpp"
#include "load/pace.hpp"
#include "load/wire/protocol.hpp"
#include "load/witness.hpp"

namespace parley::bench {

struct RelayPlan {
  Endpoint endpoint;
  Protocol protocol = Protocol::socketio;
  LoadIdentity identity;  // only for Socket.IO; the other protocols run without users
  std::size_t sessions = 250;
  std::size_t members = 2;  // connections in each room
  std::size_t senders = 0;  // senders among them; 0: all
  std::size_t text_bytes = 120;
  Pace pace;
  std::chrono::seconds drain_patience{10};  // time without any progress before unanswered messages are given up
  std::vector<pid_t> server_processes;
  /// Off: lost, doubled and reordered come from acks and echoes alone. Possible only over Socket.IO: REST gives the stored messages.
  bool read_back = true;
};

struct RelayResult {
  LoadFigures acks;      // from the due time to the ack
  Histogram deliveries;  // from the due time to each member's receipt, including the sender's own echo
  std::uint64_t sent = 0;
  std::uint64_t unanswered = 0;
  std::size_t members_total = 0;
  Verdict verdict;
};

/// Throws LoadFailure if the run cannot be completed.
[[nodiscard]] RelayResult run_relay(const RelayPlan& plan, Clock& clock);

}  // namespace parley::bench
