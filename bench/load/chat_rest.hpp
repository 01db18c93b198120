// The unmeasured parts of a run: creates sessions over REST before it, and reads their contents back over REST after it. Every answer is
// parsed completely.
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

  /// Members are doctor and patient in turn, so a third member is the doctor's second socket.
  [[nodiscard]] const LoadUser& member(std::size_t index) const { return index % 2 == 0 ? doctor : patient; }
};

/// Random numbers for users and tags. They differ from run to run, because a pair of users may have only one open session. Values that a
/// seed must repeat (schedules, the next sender) use their own generator.
[[nodiscard]] Random fresh_random(std::uint64_t seed, const Clock& clock);

/// Creates `count` sessions, each between its own two users. Throws LoadFailure with the server's answer if one is refused.
[[nodiscard]] std::vector<LoadSession> create_sessions(const Endpoint& endpoint, const LoadIdentity& identity, std::size_t count,
                                                       Random& random);

/// Sessions of servers that need none to be created: only ids, which are the names of the rooms.
[[nodiscard]] std::vector<LoadSession> name_sessions(std::size_t count, Random& random);

struct TextRule {
  std::uint32_t run = 0;
  std::size_t size = 0;
};

/// Every message of the session in stored order, read through the pages of docs/api-contract.md §4.2. A message of another run has the key
/// {UINT32_MAX, UINT32_MAX} and so belongs to no sender.
[[nodiscard]] std::vector<Sighting> read_back(RestClient& rest, const LoadSession& session, const TextRule& rule);

/// One page as `read_back` reads it, with the number of pages.
struct LoadPage {
  std::vector<Sighting> messages;
  std::uint64_t pages = 0;
  std::uint64_t total = 0;
};
[[nodiscard]] LoadPage parse_page(std::string_view json, const TextRule& rule);
/// The texts of the answer to the event `entries`, in their order. `json`: the arguments of its ack.
[[nodiscard]] std::vector<Sighting> parse_entries(std::string_view json, const TextRule& rule);
/// A stretch of the log.
struct LoadEntries {
  std::string from;             // the position before it
  std::vector<Sighting> texts;  // in their order
  bool more = false;
  bool reset = false;
};
/// `json`: the body of GET …/entries.
[[nodiscard]] LoadEntries parse_entries_page(std::string_view json, const TextRule& rule);
/// The resume in the answer to `join-session`. `json`: the arguments of its ack.
[[nodiscard]] LoadEntries parse_resume(std::string_view json, const TextRule& rule);
[[nodiscard]] std::string page_target(std::string_view session_id, std::uint64_t page, std::uint32_t limit);

}  // namespace parley::bench
