// A call session: the directory row that its log's entries imply. The row is a projection; the log is the truth.
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

/// The last time that an ended session was opened again.
struct Reopening {
  Timestamp at{};
  std::chrono::milliseconds open_before{};  // how long it had been open, all times together

  friend bool operator==(const Reopening&, const Reopening&) = default;
};

struct SessionRow {
  SessionId id;
  SessionNumber number;
  ObjectId object_id;                     // `_id` of the contract: the id of the `created` entry
  Secret32 secret{};                      // keys idempotency; never leaves the server
  std::vector<Participant> participants;  // the first two are doctorId and patientId of the contract
  std::optional<ObjectId> appointment;
  Timestamp created_at{};
  SessionStatus status = SessionStatus::created;
  std::optional<Timestamp> started_at;  // set once
  std::optional<Timestamp> ended_at;    // while it is ended
  std::optional<Reopening> reopened;    // of a session that has started

  [[nodiscard]] const Participant* participant(const UserId& user) const;
  /// `active` as of `time`, which is also its start when it had none.
  void start(Timestamp time);
  /// `ended` as of `time`.
  void end(Timestamp time);
  /// The same, of a session that has ended.
  void reopen(Timestamp time);
  /// Its start, or its last reopening.
  [[nodiscard]] std::optional<Timestamp> last_opened_at() const;
  /// Whole seconds of all times from a start or reopening to an end; the time that has not ended is not counted.
  [[nodiscard]] std::int64_t duration_seconds() const;
  friend bool operator==(const SessionRow&, const SessionRow&) = default;
};

/// docs/formats/session-row.md. Error: log_corrupt.
[[nodiscard]] Bytes encode_session_row(const SessionRow& row);
[[nodiscard]] Result<SessionRow> decode_session_row(BytesView bytes);

}  // namespace parley::domain
