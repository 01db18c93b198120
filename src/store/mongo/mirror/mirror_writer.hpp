// Writes the content of log documents to `chatmessages`, `audits` and `sessions`, for other software that reads them.
//
// Again     Every document is made from one entry alone, so mirroring an entry twice has the same result as once.
// Newest    The log is read linearizably. A majority read from a new primary may miss entries, and the mirror would skip them for good.
// Erased    Another node may delete a text while it is being mirrored. So after writing a message the writer reads its log again, and
//           removes messages that were erased meanwhile.
// Left out  Unreadable documents, and documents that the database refuses. Both are logged, the latter also counted.
// Errors    store_failed: the database cannot be reached. Nothing is skipped; call it again.
// Owner     One thread; blocking.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/bounded_map.hpp"
#include "base/limits.hpp"
#include "base/log_sink.hpp"
#include "store/common/store_state.hpp"
#include "store/mongo/driver/client.hpp"
#include "store/mongo/driver/layout.hpp"
#include "store/mongo/mirror/projection.hpp"

namespace parley::store::mongo {

class MirrorWriter {
 public:
  /// Called for each session whose document holds a foreign write: the mirror left that document unchanged.
  using Look = std::function<void(const SessionId&)>;
  MirrorWriter(
      StoreState& state, LogSink& logs, Look look = [](const SessionId&) {})
      : state_(state), logs_(logs), look_(std::move(look)) {}

  /// Mirrors the next documents after `at`, at most limits::mongo_mirror_documents_max or
  /// mongo_mirror_bytes_max, and moves `at` to the last of them. True: there may be more up to `up_to`.
  [[nodiscard]] Result<bool> range(Client& client, std::int64_t& at, std::int64_t up_to);
  struct Found {
    std::int64_t place = 0;
    SessionNumber session{};
  };
  /// Mirrors the documents that exist at these places, and returns them.
  [[nodiscard]] Result<std::vector<Found>> at_places(Client& client, std::span<const std::int64_t> places);

  /// Documents of the log that were mirrored.
  [[nodiscard]] std::uint64_t mirrored() const { return mirrored_; }

 private:
  [[nodiscard]] Result<void> documents(Client& client, const std::vector<Document>& documents);
  [[nodiscard]] Result<Projection> projection_of(Client& client, const std::vector<Document>& documents);
  [[nodiscard]] Result<void> write(Client& client, const Projection& projection);
  [[nodiscard]] Result<void> find_foreign_writes(Client& client, const Projection& projection);
  [[nodiscard]] Result<void> take_out_erased(Client& client, const Projection& projection);
  [[nodiscard]] Result<void> accept(const Outcome<WriteResult>& result, std::string_view collection);
  [[nodiscard]] Result<std::optional<SessionId>> session_id_of(Client& client, SessionNumber number);

  StoreState& state_;
  LogSink& logs_;
  const Look look_;
  std::uint64_t mirrored_ = 0;
  BoundedMap<SessionNumber, SessionId> sessions_{limits::mongo_session_ids_max};
};

}  // namespace parley::store::mongo
