// What the use cases answer with: values that `api` writes as JSON. Plain data, no behaviour.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/entry.hpp"
#include "domain/session.hpp"
#include "domain/user.hpp"

namespace parley::domain {

struct MessageView {
  ObjectId id;
  SessionId session;
  User sender;  // only `id` is set when the user was never seen
  Role sender_role;
  std::string text;
  MessageType type = MessageType::text;
  Timestamp timestamp{};
  Position position;
  std::string client_message_id;  // empty: none was given
  enum class Freshness : std::uint8_t { fresh, duplicate } freshness = Freshness::fresh;
  enum class Presence : std::uint8_t { live, deleted } presence = Presence::live;  // deleted: no text
};

struct SessionView {
  SessionRow row;
  std::uint32_t participant_count = 0;  // live joined connections
  std::vector<User> users;              // those of the participants that are known
};

struct PageView {
  std::vector<MessageView> messages;  // oldest first
  std::uint64_t current_page = 1;
  std::uint64_t total_pages = 0;
  std::uint64_t total_messages = 0;
  bool has_more = false;
};

struct StatsView {
  SessionId session;
  std::uint64_t total_messages = 0;
  std::vector<RoleCounter> roles;  // live ones only, doctor before patient, then as first seen
  std::optional<Timestamp> first_message_at;
  std::optional<Timestamp> last_message_at;
};

struct EndView {
  SessionRow row;
};

}  // namespace parley::domain
