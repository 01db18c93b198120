// Encodes and decodes docs/formats/session-row.md, version 2.
#include "base/assert.hpp"
#include "base/crc32c.hpp"
#include "base/limits.hpp"
#include "domain/byte_codec.hpp"
#include "domain/session.hpp"

namespace parley::domain {
namespace {

constexpr std::uint8_t row_version = 2;
constexpr std::uint8_t has_appointment = 1;
constexpr std::uint8_t has_started_at = 2;
constexpr std::uint8_t has_ended_at = 4;
constexpr std::uint8_t has_reopening = 8;
constexpr std::uint8_t all_flags = has_appointment | has_started_at | has_ended_at | has_reopening;

constexpr std::size_t checksum_bytes = 4;
// version, length of the id, number, object id, secret, created_at, status, flags, number of participants, checksum
constexpr std::size_t fixed_bytes = 1 + 1 + 5 + 12 + 32 + 8 + 1 + 1 + 1 + checksum_bytes;
static_assert(fixed_bytes == 66, "docs/formats/session-row.md");
static_assert(limits::participants_max <= 0xff);
// The optional parts: appointment, start, end, and the two times of a reopening.
constexpr std::size_t optional_bytes_max = 12 + 8 + 8 + 8 + 8;
constexpr std::size_t participant_bytes_max = 1 + limits::id_bytes_max + 1 + limits::role_bytes_max;
static_assert(fixed_bytes + limits::id_bytes_max + optional_bytes_max + limits::participants_max * participant_bytes_max <=
                  limits::extension_bytes_max,
              "the whole row is an extension of `created`");

std::uint8_t flags_of(const SessionRow& row) {
  std::uint8_t flags = 0;
  if (row.appointment) flags |= has_appointment;
  if (row.started_at) flags |= has_started_at;
  if (row.ended_at) flags |= has_ended_at;
  if (row.reopened) flags |= has_reopening;
  return flags;
}

void read_participants(ByteReader& reader, std::vector<Participant>& participants) {
  const std::uint8_t count = reader.u8();
  reader.expect(count <= limits::participants_max, 1, "at most 64 participants");
  for (std::uint8_t index = 0; index < count && !reader.failed(); ++index) {
    const UserId user = reader.user_id();
    participants.push_back({user, reader.role()});
  }
}

Reopening read_reopening(ByteReader& reader) {
  const Timestamp at = reader.time();
  // The duration is stored as a time, so that it has the bounds of a time. No session is open for longer.
  const Timestamp open_until = reader.time();
  return {at, open_until - Timestamp{}};
}

SessionRow read_row(ByteReader& reader) {
  SessionRow row;
  reader.expect(reader.u8() == row_version, 1, "row version 2; this build reads no other");
  row.id = reader.session_id();
  row.number = {reader.u40()};
  row.object_id = reader.object_id();
  row.secret = reader.array<32>();
  row.created_at = reader.time();
  const std::uint8_t status = reader.u8();
  reader.expect(status >= 1 && status <= 3, 1, "status 1, 2 or 3");
  row.status = static_cast<SessionStatus>(status);
  const std::uint8_t flags = reader.u8();
  reader.expect((flags & ~all_flags) == 0, 1, "flags 1, 2, 4 and 8 only");
  if ((flags & has_appointment) != 0) row.appointment = reader.object_id();
  if ((flags & has_started_at) != 0) row.started_at = reader.time();
  if ((flags & has_ended_at) != 0) row.ended_at = reader.time();
  if ((flags & has_reopening) != 0) row.reopened = read_reopening(reader);
  read_participants(reader, row.participants);
  return row;
}

}  // namespace

Bytes encode_session_row(const SessionRow& row) {
  PARLEY_ASSERT(row.participants.size() <= limits::participants_max);
  Bytes out;
  out.reserve(fixed_bytes + limits::id_bytes_max + optional_bytes_max + row.participants.size() * participant_bytes_max);
  append_u8(out, row_version);
  append_id(out, row.id);
  append_u40(out, row.number.value);
  append_array(out, row.object_id.bytes);
  append_array(out, row.secret);
  append_time(out, row.created_at);
  append_u8(out, static_cast<std::uint8_t>(row.status));
  append_u8(out, flags_of(row));
  if (row.appointment) append_array(out, row.appointment->bytes);
  if (row.started_at) append_time(out, *row.started_at);
  if (row.ended_at) append_time(out, *row.ended_at);
  if (row.reopened) append_time(out, row.reopened->at);
  if (row.reopened) append_time(out, Timestamp{row.reopened->open_before});
  append_u8(out, static_cast<std::uint8_t>(row.participants.size()));
  for (const Participant& participant : row.participants) {
    append_id(out, participant.user);
    append_role(out, participant.role);
  }
  append_u32(out, crc32c({out}));
  return out;
}

Result<SessionRow> decode_session_row(BytesView bytes) {
  if (bytes.size() < fixed_bytes) return damaged("session row", bytes.size(), "at least 66 bytes");
  const BytesView row_bytes = bytes.substr(0, bytes.size() - checksum_bytes);
  ByteReader checksum_reader(bytes.substr(row_bytes.size()), "session row checksum");
  const bool is_intact = checksum_reader.u32() == crc32c({row_bytes});

  ByteReader reader(row_bytes, "session row");
  SessionRow row = read_row(reader);  // before the checksum, so that a row of a later version is not reported as damaged
  if (auto finished = reader.finish(); !finished) return std::unexpected(std::move(finished.error()));
  if (!is_intact) return damaged("session row", row_bytes.size(), "the checksum of the bytes before it");
  return row;
}

}  // namespace parley::domain
