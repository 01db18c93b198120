// Writes what documents of the log say to `chatmessages`, `audits` and `sessions`, for the software that reads them.
//
// Again     Every document comes from an entry alone, so mirroring an entry twice is mirroring it once.
// Newest    The log is read linearizably: what a majority read of a new primary does not show yet would be passed by for good.
// Erased    A text that another node deletes while it is being mirrored: after the message is there its log is asked again, and what was
//           erased meanwhile is taken out.
// Left out  What cannot be read and what the database refuses: named in the log, the latter counted.
// Errors    store_failed, the database cannot be reached: nothing is skipped, the same again is right.
// Owner     One thread; blocking.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "base/log_sink.hpp"
#include "store/common/store_state.hpp"
#include "store/mongo/client.hpp"
#include "store/mongo/layout.hpp"
#include "store/mongo/projection.hpp"
#include "store/mongo/recent_map.hpp"

namespace parley::store::mongo {

class MirrorWriter {
 public:
  /// `look` is told of each session whose document holds a foreign write: the mirror left it as it is.
  using Look = std::function<void(const SessionId&)>;
  MirrorWriter(
      StoreState& state, LogSink& logs, Look look = [](const SessionId&) {})
      : state_(state), logs_(logs), look_(std::move(look)) {}

  /// Mirrors the next documents after `at`, limits::mongo_mirror_documents_max or mongo_mirror_bytes_max at most, and moves it to the last
  /// of them. Whether there may be more up to `up_to`.
  [[nodiscard]] Result<bool> range(Client& client, std::int64_t& at, std::int64_t up_to);
  struct Found {
    std::int64_t place = 0;
    SessionNumber session{};
  };
  /// Mirrors the documents at these places, as many as are there, and says which.
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
  RecentMap<SessionNumber, SessionId> sessions_{limits::mongo_session_ids_max};
};

}  // namespace parley::store::mongo
