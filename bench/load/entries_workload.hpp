// Reads the newest entries over Socket.IO (the event `entries`), as a client does after each reconnect. The first answer for a session is
// parsed and compared with its stored messages. Later answers must have the same bytes.
#pragma once

#include <sys/types.h>

#include <vector>

#include "base/clock.hpp"
#include "load/endpoint.hpp"
#include "load/load_identity.hpp"
#include "load/pace.hpp"
#include "load/witness.hpp"

namespace parley::bench {

struct EntriesPlan {
  Endpoint endpoint;
  LoadIdentity identity;
  std::size_t sessions = 64;
  std::size_t members = 1;     // connections in each room; each asks
  std::size_t messages = 100;  // stored in each session before the measurement
  std::size_t text_bytes = 120;
  std::uint32_t limit = 50;  // entries of an answer
  Pace pace;                 // a closed loop with one question in flight on each connection
  std::chrono::seconds patience{10};
  std::vector<pid_t> server_processes;
};

struct EntriesResult {
  LoadFigures figures;
  Verdict fill;                     // of the messages stored beforehand
  std::uint64_t answers_wrong = 0;  // with other entries than stored, or changed without a write
};

/// Throws LoadFailure if the run cannot be completed.
[[nodiscard]] EntriesResult run_entries(const EntriesPlan& plan, Clock& clock);

}  // namespace parley::bench
