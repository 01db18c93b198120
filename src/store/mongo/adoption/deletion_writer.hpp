// Writes a foreign deletion of a message to the log: finds the message, and appends the entry
// `deleted`, which empties it. The sender is the server; the attribute `reason` says who requested it.
// Several nodes may do this for one message: it is deleted once. Threads: one at a time; blocking.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "domain/entry.hpp"
#include "store/common/store_state.hpp"
#include "store/mongo/driver/client.hpp"
#include "store/mongo/driver/layout.hpp"
#include "store/mongo/log/settled_places.hpp"

namespace parley::store::mongo {

class DeletionWriter {
 public:
  struct Dependencies {
    StoreState& state;
    const Clock& clock;
    SettledPlaces& places;
    Entropy& entropy;
    Topology topology = Topology::replica_set;
    std::function<void(SessionNumber)> announce = [](SessionNumber) {};  // called when a session's log has grown
  };
  explicit DeletionWriter(Dependencies deps) : deps_(std::move(deps)) {}

  struct Located {
    SessionNumber session{};
    std::uint32_t seq = 0;
    bool is_live = false;
    Timestamp time{};              // as in its document
    std::uint64_t live_texts = 0;  // of the session
  };
  /// The place of the text that other software knows by this id; empty: it is in no log.
  [[nodiscard]] Result<std::optional<Located>> locate(Client& client, const ObjectId& message);
  /// True if this call deleted it. False: another node or a user was faster. Errors: store_failed, try again; log_corrupt.
  [[nodiscard]] Result<bool> append(Client& client, const domain::EntryAddress& text, std::string_view reason);

 private:
  enum class Written : std::uint8_t { yes, place_taken };
  struct Target;
  [[nodiscard]] Result<Written> write(Client& client, const Target& target, std::string_view reason);
  [[nodiscard]] Outcome<void> insert(Client& client, const Target& target, const LogDocument& document);
  [[nodiscard]] Result<Written> judge(const Outcome<void>& result, std::int64_t place);

  Dependencies deps_;
};

}  // namespace parley::store::mongo
