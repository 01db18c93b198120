// Shared by the tests of faults: a MongoStore that reaches a real mongod through a gate, with the system clock and short time-outs.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/log_sink.hpp"
#include "store/mongo/mongo_store.hpp"
#include "support/log_script.hpp"
#include "support/manual_loop.hpp"
#include "support/mongod.hpp"
#include "support/tcp_gate.hpp"

namespace parley::test {

/// Keeps the log lines of level warning and above, with their fields.
class Complaints final : public LogSink {
 public:
  void write(LogLevel level, std::string_view, std::string_view message, std::initializer_list<LogField> fields) override {
    if (level < LogLevel::warning) return;
    std::string line(message);
    for (const auto& [name, value] : fields) line.append(" ").append(name).append("=").append(value);
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
  }
  [[nodiscard]] bool has(std::string_view text) const {
    const std::lock_guard lock(mutex_);
    for (const std::string& line : lines_)
      if (line.find(text) != std::string::npos) return true;
    return false;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;  // guarded by mutex_
};

/// One open store, its loop, and the outcomes that the loop received.
class OpenedStore final : public store::CommitListener {
 public:
  static constexpr std::chrono::milliseconds deadline{3000};

  /// With one writer, the next append uses the connection of the last commit and does not wait for a handshake.
  explicit OpenedStore(const std::string& uri, std::chrono::milliseconds append_deadline = deadline, std::size_t writers = 1) {
    auto opened = store::mongo::MongoStore::open({.uri = uri, .writers = writers, .free_bytes_min = 1, .append_deadline = append_deadline},
                                                 {clock_, logs});
    if (!opened) throw std::runtime_error(opened.error().message + " " + opened.error().detail);
    store = *std::move(opened);
    store->attach(loop, *this);
  }
  ~OpenedStore() override { store->stop(); }
  OpenedStore(const OpenedStore&) = delete;
  OpenedStore& operator=(const OpenedStore&) = delete;

  void on_appended(std::span<store::AppendOutcome> outcomes) override {
    for (store::AppendOutcome& outcome : outcomes) told_.push_back(std::move(outcome));
  }
  void on_arrived(SessionNumber session) override { arrived.push_back(session); }
  /// Returns the token of the outcome.
  std::uint64_t send(store::Append append) {
    append.token = next_token_++;
    const std::uint64_t token = append.token;
    store->append(loop, std::move(append));
    return token;
  }
  store::AppendOutcome outcome_of(std::uint64_t token) {
    const store::AppendOutcome* found = nullptr;
    EXPECT_TRUE(loop.run_until([&] {
      for (const auto& each : told_)
        if (each.token == token) found = &each;
      return found != nullptr;
    })) << "no outcome for append "
        << token;
    return found != nullptr ? *found : store::AppendOutcome{};
  }
  store::AppendOutcome append(store::Append append) { return outcome_of(send(std::move(append))); }
  void commit(store::Append appended) {
    const auto outcome = append(std::move(appended));
    ASSERT_EQ(outcome.status, store::AppendStatus::committed) << (outcome.error ? outcome.error->message + outcome.error->detail : "");
  }
  /// All entries of a session, read by a read job.
  std::vector<domain::EncodedEntry> entries(SessionNumber session) {
    std::optional<Result<std::vector<domain::EncodedEntry>>> read;
    const auto accepted = store->read([&](store::LogReader& reader) {
      loop.post([&read, range = reader.range(session, 1, 10'000)]() mutable { read.emplace(std::move(range)); });
    });
    EXPECT_TRUE(accepted.has_value());
    EXPECT_TRUE(loop.run_until([&] { return read.has_value(); }));
    EXPECT_TRUE(read && read->has_value()) << (read && !*read ? read->error().detail : "");
    return read && *read ? **std::move(read) : std::vector<domain::EncodedEntry>{};
  }
  /// The newest entry of a session, with the linearizable read that opening a session uses.
  Result<std::optional<domain::EncodedEntry>> last(SessionNumber session) {
    std::optional<Result<std::optional<domain::EncodedEntry>>> read;
    const auto accepted = store->read(
        [&](store::LogReader& reader) { loop.post([&read, last = reader.last(session)]() mutable { read.emplace(std::move(last)); }); });
    EXPECT_TRUE(accepted.has_value());
    EXPECT_TRUE(loop.run_until([&] { return read.has_value(); }));
    return read ? *std::move(read) : std::unexpected(Error{});
  }
  /// Waits until health().writable equals `writable`.
  [[nodiscard]] bool becomes_writable(bool writable) {
    return loop.run_until([&] { return store->health().writable == writable; });
  }
  /// The number of outcomes that arrived for a token. It must always be one.
  [[nodiscard]] std::size_t times_told(std::uint64_t token) const {
    std::size_t times = 0;
    for (const auto& each : told_) times += each.token == token ? 1 : 0;
    return times;
  }

  Complaints logs;
  ManualLoop loop{0};
  std::unique_ptr<store::mongo::MongoStore> store;
  std::vector<SessionNumber> arrived;

 private:
  SystemClock clock_;
  std::vector<store::AppendOutcome> told_;
  std::uint64_t next_token_ = 1;
};

/// Short enough for tests, and long enough for a busy machine.
inline constexpr std::string_view impatient = "socketTimeoutMS=1000&connectTimeoutMS=1000&serverSelectionTimeoutMS=1000";

/// `uri` with a database and the options above.
inline std::string at_database(std::string uri, const std::string& database) {
  const auto options = uri.find('?');
  return uri.substr(0, options) + database + uri.substr(options) + "&" + std::string(impatient);
}

/// A replica set of one, reached through a gate. Each test ends with all faults removed.
class StoreAtFault : public testing::Test {
 protected:
  /// Waits until the data of the previous test is flushed. Opening the store could otherwise exceed the `impatient` time-outs.
  void SetUp() override {
    ASSERT_TRUE(
        mongod_.command("parley_test_flush", R"({"insert": "flushed", "documents": [{}], "writeConcern": {"w": "majority", "j": true}})")
            .ok);
  }
  void TearDown() override { mongod_.heal(); }

  MongodProcess& mongod_ = SharedMongod::gated_replica_set(1);
  TcpGate& gate_ = mongod_.gate();
  const std::string database_ = mongod_.fresh_database();
  const std::string uri_ = at_database(mongod_.uri(), database_);
  LogScript script_{1};
};

}  // namespace parley::test
