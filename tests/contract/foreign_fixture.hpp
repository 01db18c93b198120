// Running stores beside other software that writes to the same database.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "contract/mongo_servers.hpp"
#include "contract/old_server_data.hpp"
#include "domain/extensions.hpp"
#include "store/mongo/driver/layout.hpp"
#include "store/mongo/mongo_store.hpp"
#include "support/log_script.hpp"
#include "support/manual_loop.hpp"

namespace parley::test {

namespace mongo = store::mongo;

inline std::string foreign_uri(Kind kind) {
  return uri_of(kind, "foreign");
}

/// The client that plays other software.
inline mongo::ClientPool& foreign_pool(Kind kind) {
  return pool_of(kind, "foreign", "old-server", 4);
}

/// The store of a running server, and the notifications that its loop receives.
class Server final : public store::CommitListener {
 public:
  explicit Server(Kind kind) : store_(open(kind)) {
    store_->attach(loop_, *this);
    const bool streams = kind == Kind::replica_set;
    EXPECT_TRUE(loop_.run_until([&] { return !streams || store_->health().change_stream; }));
  }
  ~Server() override { store_->stop(); }

  void on_appended(std::span<store::AppendOutcome> outcomes) override {
    for (store::AppendOutcome& each : outcomes) outcomes_.push_back(std::move(each));
  }
  void on_arrived(SessionNumber session) override { arrived.insert(session); }

  /// Appends and returns the outcome.
  store::AppendOutcome append(store::Append append) {
    const std::uint64_t token = append.token = ++tokens_;
    store_->append(loop_, std::move(append));
    const auto is_mine = [token](const auto& each) { return each.token == token; };
    EXPECT_TRUE(loop_.run_until([&] { return std::ranges::any_of(outcomes_, is_mine); }));
    return *std::ranges::find_if(outcomes_, is_mine);
  }
  void commit(store::Append one) { EXPECT_EQ(append(std::move(one)).status, store::AppendStatus::committed); }
  [[nodiscard]] bool wait_until(const std::function<bool()>& done) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);  // a bound so that a hanging test fails
    while (!done()) {
      loop_.run_pending();
      if (std::chrono::steady_clock::now() > until) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    loop_.run_pending();
    return true;
  }
  mongo::MongoStore& store() { return *store_; }

  std::set<SessionNumber> arrived;

 private:
  static std::unique_ptr<mongo::MongoStore> open(Kind kind) {
    auto opened = mongo::MongoStore::open({.uri = foreign_uri(kind)}, {.clock = clock(), .logs = logs()});
    if (!opened) throw std::runtime_error(opened.error().message);
    return *std::move(opened);
  }
  static Clock& clock() {
    static SystemClock clock;
    return clock;
  }
  static LogSink& logs() {
    static NullLogSink logs;
    return logs;
  }

  ManualLoop loop_{0};
  std::vector<store::AppendOutcome> outcomes_;
  std::uint64_t tokens_ = 0;
  std::unique_ptr<mongo::MongoStore> store_;
};

inline std::size_t count_of(const std::vector<domain::Entry>& log, domain::EntryKind kind) {
  return static_cast<std::size_t>(std::ranges::count(log, kind, [](const auto& entry) { return entry.core.kind; }));
}

class MongoForeign : public testing::TestWithParam<Kind> {
 protected:
  [[nodiscard]] static bool streams() { return GetParam() == Kind::replica_set; }
  static std::uint64_t next_number() {
    static std::uint64_t number = 1000;
    return ++number;
  }
  OldSession session_of(const LogScript& script) { return {.id = script.row().id, .object_id = script.row().object_id}; }
  void set_status(const OldSession& session, const std::string& status, std::optional<Timestamp> ended_at = std::nullopt) {
    mongo::Document fields;
    fields.text("status", status);
    if (ended_at) fields.date("endedAt", *ended_at);
    old.change(session, fields);
  }
  static mongo::Document position_query() {
    mongo::Document query;
    query.text("_id", "changes");
    return query;
  }
  /// Restores the state that a kill leaves: the position that was stored earlier.
  static void restore_position(mongo::Client& client, const mongo::Document& noted) {
    const mongo::Fields fields(noted);
    mongo::Document position;
    position.document("token", fields.document("token")->copy()).boolean("mustCompare", fields.boolean("mustCompare").value_or(false));
    mongo::Document change;
    change.document("$set", position);
    mongo::Document statement = mongo::update_of(position_query(), change);
    const auto restored = client.update(mongo::collection::nodes, {&statement, 1});
    ASSERT_TRUE(restored && restored->matched == 1);
  }
  /// On a server without a change stream, a search for the session must trigger the comparison.
  void expect_shape(Server& server, const OldSession& session, const std::string& shape) {
    EXPECT_TRUE(server.wait_until([&] {
      if (!streams()) {
        EXPECT_TRUE(server.store().find_session(session.id).has_value());
      }
      return shape_of(old.log_of(session)) == shape;
    })) << shape_of(old.log_of(session));
  }
  void expect_document(Server& server, const OldSession& session, const std::string& status, bool has_end) {
    EXPECT_TRUE(server.wait_until([&] {
      const mongo::Document document = old.session_document(session);
      return mongo::Fields(document).text("status") == status && mongo::Fields(document).has("endedAt") == has_end;
    })) << old.session_document(session).to_json();
  }
  /// Creates a running session and its document.
  OldSession start(Server& server, LogScript& script) {
    server.commit(script.create());
    server.commit(script.start());
    return session_of(script);
  }

  OldServerData old{foreign_pool(GetParam())};
};

}  // namespace parley::test
