// The LogReader of one read job: a consistent view of the data committed when its first read begins. Owner: the job's thread.
#pragma once

#include <optional>

#include "store/common/store_state.hpp"
#include "store/embedded/database.hpp"
#include "store/embedded/key_index.hpp"
#include "store/embedded/log_view.hpp"
#include "store/session_log.hpp"

namespace parley::store::embedded {

/// Takes its snapshot at the first read, because jobs that only read the directory need none.
class EmbeddedLogReader final : public LogReader {
 public:
  EmbeddedLogReader(const Database& database, StoreState& state, KeyIndex& keys)
      : database_(database), state_(state), keys_(keys), latest_(database, state, LogView::Moment::latest) {}

  Result<std::optional<domain::EncodedEntry>> last(SessionNumber session) override { return view().last(session); }
  Result<domain::EncodedEntry> entry(SessionNumber session, std::uint32_t seq) override { return view().entry(session, seq); }
  Result<std::vector<domain::EncodedEntry>> range(SessionNumber session, std::uint32_t first, Portion most) override {
    return view().range(session, first, most);
  }
  Result<std::optional<std::uint32_t>> find_key(SessionNumber session, const Key16& key) override {
    return keys_.find(view(), latest_, session, key);
  }
  Result<std::vector<std::uint32_t>> deleted(SessionNumber session) override { return view().deleted(session); }

 private:
  LogView& view() {
    if (!view_) view_.emplace(database_, state_, LogView::Moment::snapshot);
    return *view_;
  }

  const Database& database_;
  StoreState& state_;
  KeyIndex& keys_;
  LogView latest_;
  std::optional<LogView> view_;
};

}  // namespace parley::store::embedded
