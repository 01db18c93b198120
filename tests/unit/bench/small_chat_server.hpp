// A small in-memory server with the parts of the contract that the load client needs, on a thread of its own. A test can request faults
// that a benchmark must detect. It does not model the real server: no authorization, no limits, no durability.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>

#include "load/endpoint.hpp"

namespace parley::bench {

enum class Fault : std::uint8_t {
  none,
  loses_a_stored_message,  // acknowledged and delivered, never stored
  skips_a_delivery,        // one member does not receive one message
  doubles_a_delivery,
  swaps_two_deliveries,
  alters_a_stored_text,
  refuses_a_message,
  never_answers_a_message,
  shows_a_wrong_page,  // from the second answer for a page on, its messages are in another order
  resumes_elsewhere,   // a resume begins one message after the client's position
  resumes_with_a_gap,  // a resume lacks its newest message
  refuses_tokens,
  closes_a_connection,
};

class SmallChatServer {
 public:
  explicit SmallChatServer(Fault fault = Fault::none);
  ~SmallChatServer();

  [[nodiscard]] Endpoint endpoint() const;

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace parley::bench
