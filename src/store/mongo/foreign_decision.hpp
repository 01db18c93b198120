// What a document of `sessions` means, given what is known of it: pure, so that every node that reads the same decides the same
// (docs/adr/0015).
#pragma once

#include <optional>

#include "base/clock.hpp"
#include "domain/session.hpp"

namespace parley::store::mongo {

/// What a document of `sessions` says of its session's life. Two that are equal hold no news for each other.
struct DocumentState {
  domain::SessionStatus status = domain::SessionStatus::created;
  std::optional<Timestamp> ended_at{};

  friend bool operator==(const DocumentState&, const DocumentState&) = default;
};

/// What is to be appended, in this order. Nothing of it is in the log.
struct ForeignNews {
  bool starts = false;
  bool ends = false;
  bool reopens = false;

  friend bool operator==(const ForeignNews&, const ForeignNews&) = default;
};

struct ForeignQuestion {
  DocumentState document;              // as it is now
  bool has_start = false;              // the document says when the session started
  std::optional<DocumentState> known;  // what it said when it was last taken in or written; nothing: nobody has taken it in
  domain::SessionStatus row = domain::SessionStatus::created;  // of the log
  bool row_has_start = false;
};

/// An end counts once. `active` counts as reopening only where other software could see the end: the document said it, or says it still.
[[nodiscard]] ForeignNews foreign_news(const ForeignQuestion& question);

}  // namespace parley::store::mongo
