// Nodes that adopt the sessions of an earlier server, and what they find.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "contract/mongo_servers.hpp"
#include "contract/old_server_data.hpp"
#include "domain/extensions.hpp"
#include "store/mongo/adoption/adoption.hpp"
#include "store/mongo/adoption/session_directory.hpp"
#include "store/mongo/driver/layout.hpp"
#include "support/log_script.hpp"
#include "support/manual_clock.hpp"

namespace parley::test {

namespace mongo = store::mongo;

/// A node that adopts sessions. The test chooses the size of the log documents.
class Node {
 public:
  Node(mongo::ClientPool& pool, const Clock& clock, std::size_t entries_max, std::size_t page_max = 1000,
       std::size_t page_bytes_max = limits::mongo_adoption_page_bytes_max)
      : pool_(pool),
        adopter_({state_, clock, logs_, places_, {}, std::make_unique<SystemEntropy>(), entries_max, {page_max, page_bytes_max}}) {
    static std::atomic<std::int64_t> number = 0;
    places_.begin(mongo::first_place_of(++number));
  }

  Result<std::optional<domain::SessionRow>> find(const OldSession& session) { return directory_.find_session(session.id); }
  Result<mongo::Adoption> adopt(const mongo::Document& document) {
    auto client = pool_.take();
    return adopter_.adopt(client, document, std::nullopt);
  }
  mongo::SessionDirectory& directory() { return directory_; }

 private:
  NullLogSink logs_;
  store::StoreState state_{logs_};
  mongo::SettledPlaces places_;
  mongo::ClientPool& pool_;
  mongo::Adopter adopter_;
  mongo::SessionDirectory directory_{pool_, state_, adopter_};
};

/// The client that plays a node or an earlier server.
inline mongo::ClientPool& adoption_pool(Kind kind, const std::string& app_name) {
  return pool_of(kind, "adoption", app_name, 16);
}

class MongoAdoption : public testing::TestWithParam<Kind> {
 protected:
  static mongo::ClientPool& pool() { return adoption_pool(GetParam(), "adopting-node"); }
  /// Expects that the session is found, and returns its row.
  domain::SessionRow found(const OldSession& session) {
    const auto row = node.find(session);
    EXPECT_TRUE(row.has_value()) << row.error().detail;
    EXPECT_TRUE(row && *row);
    return row && *row ? **row : domain::SessionRow{};
  }
  /// Expects that the log has each message of `ids` once and in this order, and that each document has the `seq` of its entry.
  void expect_adopted(const OldSession& session, const std::vector<ObjectId>& ids) {
    const auto log = old.log_of(session);
    EXPECT_EQ(adopted_ids(log), ids);
    for (const domain::Entry& entry : log) {
      const auto id = domain::read_adopted_id(entry.core);
      if (id) {
        EXPECT_EQ(old.seq_of(*id), entry.core.seq);
      }
    }
  }

  ManualClock clock;
  OldServerData old{adoption_pool(GetParam(), "old-server")};
  Node node{pool(), clock, 8};
};

}  // namespace parley::test
