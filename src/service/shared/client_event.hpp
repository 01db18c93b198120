// The events that a client may emit (docs/api-contract.md §6.3), as /asyncapi.json describes them. ClientSession's table pairs each event
// with its handler, and client_events() returns that table. So every handled event is described, and the other way round.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "api/refusal_document.hpp"
#include "api/schema.hpp"

namespace parley::service {

/// How the sender learns of a refusal.
enum class RefusedBy : std::uint8_t { ack, ack_and_error_event };

struct ClientEvent {
  std::string_view name;
  std::string_view summary;
  std::string_view about = {};
  std::span<const api::Member> payload;       // of the first argument; handlers read the members by these names
  const api::Member* relayed = nullptr;       // of a signal: the member that the others receive as it was sent
  std::span<const api::Member> ack = {};      // in addition to `success: true`
  std::span<const api::Member> refusal = {};  // in addition to `success: false`, `error` and `code`
  RefusedBy refused_by = RefusedBy::ack;
  std::span<const api::Refusal> refusals = {};  // in the order of the checks
  api::Work work = api::Work::none;
};

namespace events {
extern const ClientEvent create_session;
extern const ClientEvent join_session;
extern const ClientEvent entries;
extern const ClientEvent chat_message;
extern const ClientEvent end_session;
extern const ClientEvent reopen_session;
extern const ClientEvent webrtc_offer;
extern const ClientEvent webrtc_answer;
extern const ClientEvent ice_candidate;
extern const ClientEvent signaling_message;
}  // namespace events

}  // namespace parley::service
