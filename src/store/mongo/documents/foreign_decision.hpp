// Decides the meaning of a document of `sessions`, given what is known of it.
// Pure: every node that reads the same document decides the same (docs/adr/0015).
#pragma once

#include <optional>

#include "base/clock.hpp"
#include "domain/session.hpp"

namespace parley::store::mongo {

/// The state of a session according to its document in `sessions`. If two states are equal, nothing has changed.
struct DocumentState {
  domain::SessionStatus status = domain::SessionStatus::created;
  std::optional<Timestamp> ended_at{};

  friend bool operator==(const DocumentState&, const DocumentState&) = default;
};

/// The entries to append, in this order. None of them is in the log.
struct ForeignNews {
  bool starts = false;
  bool ends = false;
  bool reopens = false;

  friend bool operator==(const ForeignNews&, const ForeignNews&) = default;
};

struct ForeignQuestion {
  DocumentState document;              // as it is now
  bool has_start = false;              // the document says when the session started
  std::optional<DocumentState> known;  // its state when it was last taken in or written; empty: it was never taken in
  domain::SessionStatus row = domain::SessionStatus::created;  // the status in the log
  bool row_has_start = false;
};

/// An end counts once. `active` is a reopening only if other software could see the end: the document held it or still holds its time.
[[nodiscard]] ForeignNews foreign_news(const ForeignQuestion& question);

}  // namespace parley::store::mongo
