// The log as the database shows it: reads by seq. Each entry is checked, and inside a range the chain too. Owner: one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "domain/entry.hpp"
#include "store/common/store_state.hpp"
#include "store/mongo/driver/client.hpp"
#include "store/mongo/driver/layout.hpp"
#include "store/portion.hpp"

namespace parley::store::mongo {

class LogView {
 public:
  LogView(Client& client, StoreState& state) : client_(client), state_(state) {}

  /// Empty for a session that has no log.
  [[nodiscard]] Result<std::optional<domain::EncodedEntry>> last(SessionNumber session, Reading reading);
  /// Empty if the log is shorter.
  [[nodiscard]] Result<std::optional<domain::EncodedEntry>> entry(SessionNumber session, std::uint32_t seq);
  [[nodiscard]] Result<std::vector<domain::EncodedEntry>> range(SessionNumber session, std::uint32_t first, Portion most,
                                                                Reading reading = Reading::committed);
  /// The lowest seq with this key.
  [[nodiscard]] Result<std::optional<std::uint32_t>> find_key(SessionNumber session, const Key16& key);
  struct Deleted {
    std::uint32_t target;  // the text
    std::uint32_t by;      // the `deleted` entry
  };
  /// By target, ascending.
  [[nodiscard]] Result<std::vector<Deleted>> deleted(SessionNumber session);
  /// The newest row in the log, encoded; empty for a session that has no log.
  [[nodiscard]] Result<std::optional<Bytes>> row(SessionNumber session);
  /// The session number, found in the log; empty: the session has no log.
  [[nodiscard]] Result<std::optional<SessionNumber>> number_of(const SessionId& session);
  struct NewestRow {
    Bytes row;
    std::uint32_t seq = 0;  // the last entry of the document with this row
  };
  [[nodiscard]] Result<std::optional<NewestRow>> newest_row(SessionNumber session);
  /// The documents that begin after `seq` and change the row, oldest first.
  [[nodiscard]] Result<std::vector<StoredDocument>> row_changes(SessionNumber session, std::uint32_t seq);
  /// The document that holds `seq`; empty if the log is shorter.
  [[nodiscard]] Result<std::optional<StoredDocument>> document_of(SessionNumber session, std::uint32_t seq);
  /// An entry of a document that holds it.
  [[nodiscard]] Result<domain::EncodedEntry> entry_of(const StoredDocument& document, std::uint32_t seq);

 private:
  [[nodiscard]] Result<StoredDocument> decoded(SessionNumber session, const Fields& fields);
  [[nodiscard]] Result<std::optional<StoredDocument>> last_document(SessionNumber session, std::uint32_t seq_max, Reading reading);

  Client& client_;
  StoreState& state_;
};

}  // namespace parley::store::mongo
