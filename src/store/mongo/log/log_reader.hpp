// The LogReader of one read job. Once it has seen the end of a log, that end is fixed for the rest of the job. Owner: the job's thread.
#pragma once

#include <unordered_map>

#include "store/common/store_state.hpp"
#include "store/mongo/driver/client.hpp"
#include "store/mongo/log/lanes.hpp"
#include "store/mongo/log/log_view.hpp"
#include "store/session_log.hpp"

namespace parley::store::mongo {

class MongoLogReader final : public LogReader {
 public:
  MongoLogReader(Client client, StoreState& state, Lanes& lanes, Topology topology)
      : client_(std::move(client)), lanes_(lanes), topology_(topology), view_(client_, state) {}

  Result<std::optional<domain::EncodedEntry>> last(SessionNumber session) override;
  Result<domain::EncodedEntry> entry(SessionNumber session, std::uint32_t seq) override;
  Result<std::vector<domain::EncodedEntry>> range(SessionNumber session, std::uint32_t first, Portion most) override;
  Result<std::optional<std::uint32_t>> find_key(SessionNumber session, const Key16& key) override;
  Result<std::vector<std::uint32_t>> deleted(SessionNumber session) override;

  /// For the directory, inside the same job.
  [[nodiscard]] Client& client() { return client_; }

 private:
  [[nodiscard]] std::uint32_t end_of(SessionNumber session) const;

  Client client_;
  Lanes& lanes_;
  Topology topology_;
  LogView view_;
  std::unordered_map<SessionNumber, std::uint32_t> ends_;  // the last seq that this job may show
};

}  // namespace parley::store::mongo
