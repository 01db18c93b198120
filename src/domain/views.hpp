// Results of the use cases. `api` writes them as JSON. Plain data, no behaviour.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "domain/entry.hpp"
#include "domain/extensions.hpp"
#include "domain/session.hpp"
#include "domain/user.hpp"

namespace parley::domain {

struct MessageView {
  ObjectId id;
  SessionId session;
  User sender;                                                                 // if the user was never seen, only `id` is set
  enum class Sender : std::uint8_t { there, gone } sender_is = Sender::there;  // gone: no longer in the user store
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
  std::uint32_t participant_count = 0;                                                    // live joined connections
  std::vector<User> users;                                                                // the participants that are known
  std::vector<UserId> users_gone;                                                         // the participants that left the user store
  enum class Freshness : std::uint8_t { fresh, duplicate } freshness = Freshness::fresh;  // duplicate: create found an existing one
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
  std::vector<RoleCounter> roles;  // live messages only; doctor before patient, then in order of first appearance
  std::optional<Timestamp> first_message_at;
  std::optional<Timestamp> last_message_at;
};

struct EndView {
  SessionRow row;
};

/// One entry of the log as participants see it.
struct EntryView {
  struct Created {
    std::vector<Participant> participants;
  };
  struct Deleted {
    ObjectId message;
    UserId deleted_by;
  };
  struct Ended {
    UserId ended_by;
  };
  struct Reopened {
    UserId reopened_by;
  };
  EntryKind kind = EntryKind::text;
  Position position;
  Timestamp timestamp{};
  std::variant<std::monostate, Created, ParticipantChange, MessageView, Deleted, Ended, Reopened>
      content;                   // nothing: the kind alone says everything
  Bytes core;                    // empty: not requested
  Digest32 digest{};             // after the entry
  std::size_t stored_bytes = 0;  // of the encoded entry
  std::string json;              // as `api` writes the entry; empty: not written yet
};

/// Selects entries of a log.
struct EntryRange {
  std::optional<LogPlace> after;   // nothing: from the beginning; with `before`: the last entries before it
  std::optional<LogPlace> before;  // exclusive; a seq without proof past the end means the end
  std::uint32_t limit = 0;
  enum class Cores : std::uint8_t { left_out, included } cores = Cores::left_out;
};

/// Adjacent entries, oldest first, with their proof: the chain of their cores leads from the digest at `from` to `digest`.
struct EntriesView {
  SessionId session;
  Position from;                                                                        // the place before the first entry
  Digest32 from_digest{};                                                               // at `from`
  Position to;                                                                          // of the last entry; `from` if there are no entries
  Digest32 digest{};                                                                    // at `to`
  enum class Rest : std::uint8_t { none, more } rest = Rest::none;                      // more: further entries exist in the same direction
  enum class History : std::uint8_t { continued, reset } history = History::continued;  // reset: a requested place is not in this history
  std::vector<EntryView> entries;
  // From memory the entries come written, in place of `entries`:
  std::string json;       // with commas between them
  std::size_t count = 0;  // in `json`
};

/// The sockets of one user in a room.
struct RoomMember {
  UserId user;
  Role role;
  std::uint32_t sockets = 0;
};

/// The result of a join. Two refusals come with other fields. If the session has ended, its log may still be read (`resume`). If the resume
/// could not be read, the socket has still entered the room.
struct JoinView {
  enum class Room : std::uint8_t { entered, not_entered } room = Room::entered;
  SessionView session;
  std::vector<RoomMember> members;  // without the joining socket; one per user
  std::optional<EntriesView> resume;
  std::optional<Error> refusal;
};

}  // namespace parley::domain
