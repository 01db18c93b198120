// Many clients come back at once after a restart of the server, each with the position that it saw last. Each one joins and resumes with
// proof, as the SDKs do. Afterwards every answer is parsed and compared with the messages that were stored before the restart.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "base/clock.hpp"
#include "load/endpoint.hpp"
#include "load/histogram.hpp"
#include "load/load_identity.hpp"
#include "load/witness.hpp"

namespace parley::bench {

struct ResumePlan {
  Endpoint endpoint;
  LoadIdentity identity;
  std::size_t sessions = 5'000;
  std::size_t members = 2;            // clients of each session
  std::size_t messages = 20;          // stored in each session
  std::uint32_t missed = 10;          // of these, stored after the position that a client has
  std::size_t opening_at_once = 500;  // clients that connect at the same time
  std::size_t text_bytes = 120;
  std::uint64_t seed = 1;
  std::function<void()> restart;  // called when everything is stored; returns when the server answers again
};

struct ResumeResult {
  std::size_t clients = 0;
  std::chrono::nanoseconds elapsed{};  // from the first TCP connection to the last answer
  Histogram opening_times;             // of each client: TCP, WebSocket, Socket.IO, token, join with its resume
  std::uint64_t answers_wrong = 0;     // from another position, with a gap, incomplete, or with other messages than stored
  Verdict fill;                        // of the messages stored beforehand

  [[nodiscard]] double per_second() const {
    return elapsed.count() == 0 ? 0.0 : static_cast<double>(clients) * 1e9 / static_cast<double>(elapsed.count());
  }
};

/// Throws LoadFailure if the run cannot be completed.
[[nodiscard]] ResumeResult run_resume(const ResumePlan& plan, Clock& clock);

}  // namespace parley::bench
