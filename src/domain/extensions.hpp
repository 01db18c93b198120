// Encodes and decodes the typed extensions of a core (docs/formats/entry.md, "Extensions").
#pragma once

#include <cstdint>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "domain/entry.hpp"
#include "domain/session.hpp"

namespace parley::domain {

[[nodiscard]] Extension target_seq_extension(std::uint32_t seq);
[[nodiscard]] Extension target_id_extension(const ObjectId& id);

enum class ParticipantChangeKind : std::uint8_t { added = 1, removed = 2, first_join = 3 };
struct ParticipantChange {
  ParticipantChangeKind kind = ParticipantChangeKind::added;
  Participant participant;

  friend bool operator==(const ParticipantChange&, const ParticipantChange&) = default;
};
[[nodiscard]] Extension participant_extension(const ParticipantChange& change);
[[nodiscard]] Extension original_time_extension(Timestamp time);
[[nodiscard]] Extension adopted_id_extension(const ObjectId& id);

/// Each function reads its extension from a core. Error log_corrupt if the extension is missing or does not have the form of its type.
[[nodiscard]] Result<std::uint32_t> read_target_seq(const Core& core);
[[nodiscard]] Result<ObjectId> read_target_id(const Core& core);
[[nodiscard]] Result<ParticipantChange> read_participant_change(const Core& core);
[[nodiscard]] Result<Timestamp> read_original_time(const Core& core);
[[nodiscard]] Result<ObjectId> read_adopted_id(const Core& core);

/// The id and the time by which clients know an entry: those of the adopted document if it was adopted, else its own. Error log_corrupt if
/// an adopted entry lacks them.
[[nodiscard]] Result<ObjectId> id_for_clients(const Core& core);
[[nodiscard]] Result<Timestamp> time_for_clients(const Core& core);

}  // namespace parley::domain
