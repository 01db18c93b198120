// What the use cases answer with: values that `api` writes as JSON. Plain data, no behaviour.
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
  User sender;                                                                 // only `id` is set when the user was never seen
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
  std::vector<User> users;                                                                // those of the participants that are known
  std::vector<UserId> users_gone;                                                         // those that are no longer in the user store
  enum class Freshness : std::uint8_t { fresh, duplicate } freshness = Freshness::fresh;  // duplicate: a create found it there
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

/// What participants see of one entry of the log.
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
      content;  // nothing: the kind says all there is to see
  Bytes core;   // empty: not asked for
};

/// Which entries of a log.
struct EntryRange {
  std::optional<LogPlace> after;   // nothing: from the beginning, or, with `before`, the last ones before it
  std::optional<LogPlace> before;  // exclusive; a bare seq past the end means the end
  std::uint32_t limit = 0;
  enum class Cores : std::uint8_t { left_out, included } cores = Cores::left_out;
};

/// Adjacent entries, oldest first, and what proves them: from the digest at `from` the chain of their cores leads to `digest`.
struct EntriesView {
  SessionId session;
  Position from;                                                                        // the place before the first entry
  Position to;                                                                          // of the last entry; `from` when there is none
  Digest32 digest{};                                                                    // at `to`
  enum class Rest : std::uint8_t { none, more } rest = Rest::none;                      // more: going on in the same direction gives more
  enum class History : std::uint8_t { continued, reset } history = History::continued;  // reset: a place asked for is not in this history
  std::vector<EntryView> entries;
};

/// The sockets of one user in a room.
struct RoomMember {
  UserId user;
  Role role;
  std::uint32_t sockets = 0;
};

/// What a join answers. Two refusals leave something beside them: of a session that has ended what it held may still be read (`resume`),
/// and when the resume could not be read the room was entered all the same.
struct JoinView {
  enum class Room : std::uint8_t { entered, not_entered } room = Room::entered;
  SessionView session;
  std::vector<RoomMember> members;  // without the socket that joins; one a user
  std::optional<EntriesView> resume;
  std::optional<Error> refusal;
};

}  // namespace parley::domain
