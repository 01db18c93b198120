// The parts of a run that are not measured: sessions made over REST before it, and what they hold read back over REST after it, every
// answer parsed in full.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "load/http_connection.hpp"
#include "load/load_identity.hpp"
#include "load/message_text.hpp"
#include "load/random.hpp"
#include "load/witness.hpp"

namespace parley::bench {

struct LoadUser {
  std::string id;
  std::string token;
};

struct LoadSession {
  std::string id;
  LoadUser doctor;
  LoadUser patient;

  /// Members are doctor and patient in turn: a third member is the doctor's second socket.
  [[nodiscard]] const LoadUser& member(std::size_t index) const { return index % 2 == 0 ? doctor : patient; }
};

/// Dice for users and tags: they differ from run to run, because a pair of users may have only one open session. What a seed must
/// repeat (schedules, who sends next) is rolled with dice of its own.
[[nodiscard]] Random fresh_random(std::uint64_t seed, const Clock& clock);

/// Makes `count` sessions, each between two users of its own. Throws LoadFailure with the server's words when one is refused.
[[nodiscard]] std::vector<LoadSession> create_sessions(const Endpoint& endpoint, const LoadIdentity& identity, std::size_t count,
                                                       Random& random);

struct TextRule {
  std::uint32_t run = 0;
  std::size_t size = 0;
};

/// Every message of the session in stored order, through the pages of docs/api-contract.md §4.2. A message that is not of this run
/// has the key {UINT32_MAX, UINT32_MAX} and so belongs to nobody.
[[nodiscard]] std::vector<Sighting> read_back(RestClient& rest, const LoadSession& session, const TextRule& rule);

/// One page as `read_back` reads it; also tells how many pages there are.
struct LoadPage {
  std::vector<Sighting> messages;
  std::uint64_t pages = 0;
  std::uint64_t total = 0;
};
[[nodiscard]] LoadPage parse_page(std::string_view json, const TextRule& rule);
[[nodiscard]] std::string page_target(std::string_view session_id, std::uint64_t page, std::uint32_t limit);

}  // namespace parley::bench
