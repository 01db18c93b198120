// The record of relayed signalling, kept for 30 days (docs/api-contract.md §5.4). Not part of the log: a lost record does not stop a relay.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"

namespace parley::store {

struct SignallingMessage {
  ObjectId id;
  SessionNumber session;  // an engine uses this or `session_id` as its key
  SessionId session_id;
  UserId sender;
  std::string type;          // offer, answer, ice-candidate, chat, join, leave
  std::string payload_json;  // as sent; empty: it was absent
  Timestamp timestamp{};
  std::string user_agent;
  std::string address;
  std::string connection_id;

  friend bool operator==(const SignallingMessage&, const SignallingMessage&) = default;
};

/// A place in the record of a session. Order: newest first; for equal times the greater id first.
struct SignallingPlace {
  Timestamp time{};
  ObjectId id;

  friend bool operator==(const SignallingPlace&, const SignallingPlace&) = default;
};

struct SignallingRange {
  std::size_t limit = 0;
  std::optional<SignallingPlace> after = std::nullopt;  // empty: from the newest on
  std::size_t bytes_max = limits::list_bytes_max;       // of payloads; the message that reaches it is the last
};

struct SignallingPage {
  std::vector<SignallingMessage> messages;
  bool more = false;  // more messages follow after the last
};

class SignallingRecord {
 public:
  virtual ~SignallingRecord() = default;
  /// Queues the row for the next commit; not awaited. If limits::signalling_queue_max
  /// rows or signalling_queue_bytes_max bytes of payloads are queued, the row is
  /// dropped and counted. Threads: any; never blocks.
  virtual void record(SignallingMessage message) = 0;
  /// Newest first, none older than 30 days. Blocking: for reader threads.
  [[nodiscard]] virtual Result<SignallingPage> newest(SessionNumber session, const SessionId& session_id, const SignallingRange& range) = 0;
};

}  // namespace parley::store
