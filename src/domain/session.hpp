// A call session: the directory row. It is a projection of the entries in the session's log; the log is authoritative.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "domain/role.hpp"

namespace parley::domain {

enum class SessionStatus : std::uint8_t { created = 1, active = 2, ended = 3 };
[[nodiscard]] std::string_view name_of(SessionStatus status);

struct Participant {
  UserId user;
  Role role;

  friend bool operator==(const Participant&, const Participant&) = default;
};

/// The last time that an ended session was reopened.
struct Reopening {
  Timestamp at{};
  std::chrono::milliseconds open_before{};  // total time that it had been open before

  friend bool operator==(const Reopening&, const Reopening&) = default;
};

struct SessionRow {
  SessionId id;
  SessionNumber number;
  ObjectId object_id;                     // `_id` of the contract: the id of the `created` entry
  Secret32 secret{};                      // makes idempotency keys; never sent to a client
  std::vector<Participant> participants;  // the first two are doctorId and patientId of the contract
  std::optional<ObjectId> appointment;
  Timestamp created_at{};
  SessionStatus status = SessionStatus::created;
  std::optional<Timestamp> started_at;  // set once
  std::optional<Timestamp> ended_at;    // set only while the session is ended
  std::optional<Reopening> reopened;    // only for a session that has started

  [[nodiscard]] const Participant* participant(const UserId& user) const;
  /// Makes the session `active` at `time`. If it has no start yet, `time` becomes its start.
  void start(Timestamp time);
  /// Makes the session `ended` at `time`.
  void end(Timestamp time);
  /// Makes an ended session `active` again at `time`.
  void reopen(Timestamp time);
  /// The time of the last reopening, else of the start.
  [[nodiscard]] std::optional<Timestamp> last_opened_at() const;
  /// Whole seconds of all finished open times, each from a start or reopening to an end. A running open time is not counted.
  [[nodiscard]] std::int64_t duration_seconds() const;
  friend bool operator==(const SessionRow&, const SessionRow&) = default;
};

/// docs/formats/session-row.md. Error: log_corrupt.
[[nodiscard]] Bytes encode_session_row(const SessionRow& row);
[[nodiscard]] Result<SessionRow> decode_session_row(BytesView bytes);

}  // namespace parley::domain
