// The events that the server emits (docs/api-contract.md §6.4). Code names an event only by this enumeration, and /asyncapi.json is made
// from its table. So every emitted event is described.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "api/schema.hpp"

namespace parley::service {

enum class ServerEvent : std::uint8_t {
  user_joined,
  user_left,
  webrtc_offer,
  webrtc_answer,
  ice_candidate,
  signaling_message,
  chat_message,
  chat_message_deleted,
  session_ended,
  session_reopened,
  error,
};

struct ServerEventRow {
  ServerEvent event;
  std::string_view name;  // on the wire
  std::string_view summary;
  std::span<const api::Member> payload;
};

/// In the order of the enumeration.
[[nodiscard]] std::span<const ServerEventRow> server_events();
[[nodiscard]] std::string_view name_of(ServerEvent event);

}  // namespace parley::service
