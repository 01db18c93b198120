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
  ObjectId user;
  Role role;

  friend bool operator==(const Participant&, const Participant&) = default;
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
  std::optional<Timestamp> ended_at;

  [[nodiscard]] const Participant* participant(const ObjectId& user) const;
  /// Whole seconds from start to end; 0 when it never started or has not ended.
  [[nodiscard]] std::int64_t duration_seconds() const;
  friend bool operator==(const SessionRow&, const SessionRow&) = default;
};

/// docs/formats/session-row.md. Error: log_corrupt.
[[nodiscard]] Bytes encode_session_row(const SessionRow& row);
[[nodiscard]] Result<SessionRow> decode_session_row(BytesView bytes);

}  // namespace parley::domain
