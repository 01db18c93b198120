// Decides which foreign deletions are isolated, so that each can be treated as the wish to delete this message. Many at one
// time come from a retention job, a TTL index or a mistake: they are not applied (docs/adr/0015). Pure; owner: one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"

namespace parley::store::mongo {

struct ForeignDeletion {
  ObjectId message;
  SessionNumber session{};
  std::uint32_t seq = 0;         // of the text
  std::uint64_t live_texts = 0;  // of the session, including this one
  Timestamp at{};                // of the event, whole seconds of the database's clock
  std::uint64_t event = 0;       // its number in the order of the stream
};

class DeletionGuard {
 public:
  /// Call it in the order of the events.
  void add(const ForeignDeletion& deletion);

  enum class Ruling : std::uint8_t { applies, too_many_in_session, too_many_at_once };
  struct Ruled {
    ForeignDeletion deletion;
    Ruling ruling = Ruling::applies;
  };
  /// Returns rulings for all deletions that are old enough: all events up to `seen` must have been added.
  [[nodiscard]] std::vector<Ruled> rule(Timestamp seen);
  /// The first event without a ruling; empty: none is waiting.
  [[nodiscard]] std::optional<std::uint64_t> waiting() const;
  /// Around this second there are so many events that none of them applies: they need not be looked up.
  [[nodiscard]] bool is_flooded(Timestamp at) const;

 private:
  [[nodiscard]] Ruling ruling_of(const ForeignDeletion& deletion) const;

  std::deque<ForeignDeletion> deletions_;  // the first `ruled_` are kept only for counting
  std::size_t ruled_ = 0;
};

/// The number of texts that a session with `live_texts` texts may lose at one time.
[[nodiscard]] std::uint64_t deletions_allowed(std::uint64_t live_texts);

}  // namespace parley::store::mongo
