// Which deletions of other software stand alone, so that each can be taken for the wish that this message goes. Many at one time are a
// retention job, a TTL index or a mistake: they are not applied (docs/adr/0015). Pure; owner: one thread.
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
  std::uint64_t live_texts = 0;  // of the session, this one counted
  Timestamp at{};                // of the event, whole seconds of the database's clock
  std::uint64_t event = 0;       // its number in the order of the stream
};

class DeletionGuard {
 public:
  /// In the order of the events.
  void add(const ForeignDeletion& deletion);

  enum class Ruling : std::uint8_t { applies, too_many_in_session, too_many_at_once };
  struct Ruled {
    ForeignDeletion deletion;
    Ruling ruling = Ruling::applies;
  };
  /// Those that are old enough: all events up to `seen` have been added.
  [[nodiscard]] std::vector<Ruled> rule(Timestamp seen);
  /// The first event that waits for its ruling; nothing: none does.
  [[nodiscard]] std::optional<std::uint64_t> waiting() const;
  /// Of events of this second there are so many that none of them applies: they need not be looked up.
  [[nodiscard]] bool is_flooded(Timestamp at) const;

 private:
  [[nodiscard]] Ruling ruling_of(const ForeignDeletion& deletion) const;

  std::deque<ForeignDeletion> deletions_;  // the first `ruled_` are only kept to be counted
  std::size_t ruled_ = 0;
};

/// How many texts a session of so many may lose at one time.
[[nodiscard]] std::uint64_t deletions_allowed(std::uint64_t live_texts);

}  // namespace parley::store::mongo
