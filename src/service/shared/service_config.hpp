// The settings of a deployment for the use cases. `config` fills them; the defaults are those of the contract.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "api/ice_servers.hpp"
#include "base/limits.hpp"
#include "domain/role.hpp"

namespace parley::service {

/// Per user and window. The window is limits::rate_window, for creations limits::session_create_window. 0: off.
struct EventRates {
  std::uint32_t chat = limits::chat_events_per_window;
  std::uint32_t offer = limits::offers_per_window;
  std::uint32_t answer = limits::answers_per_window;
  std::uint32_t ice_candidate = limits::ice_candidates_per_window;
  std::uint32_t signalling_chat = limits::signalling_chats_per_window;
  std::uint32_t join_leave = limits::signalling_joins_per_window;
  std::uint32_t reopening = limits::reopenings_per_window;
  std::uint32_t creation = limits::session_creates_per_window;  // over any transport
  std::uint32_t join_session = limits::joins_per_window;        // this and the next two: over sockets
  std::uint32_t entries = limits::entries_per_window;
  std::uint32_t end_session = limits::ends_per_window;
};
inline constexpr EventRates no_event_rates{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

struct IceConfig {
  // Clients receive the first three; all are checked (contract §3, §5.5).
  std::vector<std::string> stun_urls = {"stun:stun.l.google.com:19302", "stun:stun1.l.google.com:19302", "stun:stun2.l.google.com:19302",
                                        "stun:stun3.l.google.com:19302", "stun:stun4.l.google.com:19302"};
  std::vector<std::string> turn_urls;
  api::TurnCredentials turn_credentials = api::TurnCredentials::timed;
  std::string turn_secret;                    // timed: shared with the TURN server; fixed: the credential. Empty: TURN entries are left out
  std::string turn_username = "webrtc-user";  // timed: the name after the time in the user name; fixed: the user name
};

/// Automatic upkeep (contract §7). An interval of 0 turns the upkeep off; an age of 0 turns its criterion off.
struct UpkeepConfig {
  std::chrono::minutes interval = limits::upkeep_interval;
  std::chrono::minutes unstarted_age = limits::unstarted_session_age;  // since creation, of sessions that nobody joined
  std::chrono::minutes active_age = limits::active_session_age;        // since the start
};

/// The users who may reopen an ended session.
struct ReopeningConfig {
  enum class By : std::uint8_t {
    nobody,
    creator,  // and admins
    joining,  // as creator, and also by a participant's join
  } by = By::creator;
  std::chrono::hours within = limits::reopen_within;  // time since the end, for joins; 0: no limit
};

/// The source of a user's role, e-mail and name (contract §1.2).
enum class IdentitySource : std::uint8_t {
  claims,    // the verified token
  directory  // the user store, by the token's `id`; never the token
};

/// The largest `limit` of a page for this message length: a page of the longest messages fits limits::page_bytes_max. Pages are numbered,
/// so a page that ended early would hide messages.
[[nodiscard]] constexpr std::uint32_t page_limit_max(std::size_t message_length_max) {
  const std::size_t fitting = limits::page_bytes_max / (message_length_max * limits::utf8_bytes_per_utf16_unit);
  return static_cast<std::uint32_t>(std::min<std::size_t>(fitting, limits::page_limit_max));
}
static_assert(page_limit_max(limits::message_utf16_units_default) == limits::page_limit_max);
static_assert(page_limit_max(limits::message_utf16_units_max) == 100);

struct ServiceConfig {
  IdentitySource identity = IdentitySource::claims;
  domain::RoleSet roles;
  std::size_t message_length_max = limits::message_utf16_units_default;  // in UTF-16 code units, 1 to limits::message_utf16_units_max
  EventRates rates;
  IceConfig ice;
  UpkeepConfig upkeep;
  ReopeningConfig reopening;
  // Live sockets; 0: off. Signalling limits halve above 80 % of the total.
  std::size_t connections_total_max = limits::connections_total_max;
  std::size_t connections_per_address_max = limits::connections_per_address_max;
  std::size_t connections_per_user_max = limits::connections_per_user_max;
  // In memory, over all loops. Sessions without members and without work are unloaded first.
  std::size_t sessions_loaded_max = limits::sessions_loaded_max;
  std::size_t texts_loaded_bytes_max = limits::texts_loaded_bytes_max;
};

}  // namespace parley::service
