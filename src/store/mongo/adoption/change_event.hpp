// Extracts the hint from an event of the change stream. Pure. Source: the MongoDB manual, "Change Events" (6.0).
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "store/mongo/driver/document.hpp"

namespace parley::store::mongo {

struct ChangeEvent {
  enum class Kind : std::uint8_t {
    nothing,             // Parley's own write, or of no interest
    session_written,     // `document`: its `_id`
    text_inserted,       // `session`: the value of its field `sessionId`, unchecked
    text_deleted,        // `document`: its `_id`
    session_deleted,     // `document`: its `_id`, in readable form
    collection_is_gone,  // `document`: the event and its collection
    stream_ended         // the database is gone: start another stream after this event
  } kind = Kind::nothing;
  ObjectId id{};          // of text_deleted and session_written
  std::string session{};  // of text_inserted
  std::string document{};
  Timestamp at{};  // whole seconds, of the database's clock
};

/// A document whose `_id` is no ObjectId cannot be in the log, so its event counts as nothing.
[[nodiscard]] ChangeEvent read_change_event(const Fields& event);

}  // namespace parley::store::mongo
