// The interface through which the contract suite uses an engine, and the fixture of all its tests. Each test runs once for every engine.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/store.hpp"
#include "support/log_script.hpp"
#include "support/manual_clock.hpp"
#include "support/manual_loop.hpp"

namespace parley::test {

class StoreUnderTest : public store::Store {
 public:
  /// After this call nothing becomes durable. When it returns, a commit may have begun but none can end.
  virtual void hold() = 0;
  virtual void release() = 0;
  /// Read jobs that are accepted after this call do not run until `resume_reads`.
  virtual void pause_reads() = 0;
  virtual void resume_reads() = 0;
  /// Closes and reopens the store, as after a clean stop. The loops must be attached again.
  virtual void reopen() = 0;
  /// After this call there is too little room for texts.
  virtual void fill() = 0;
  /// Flips one bit of a stored entry.
  virtual void damage(SessionNumber session, std::uint32_t seq) = 0;
  /// After this call the next commit fails as if its sync had failed.
  virtual void break_sync() = 0;
  /// Runs everything until `done` returns true. False if it never does.
  [[nodiscard]] virtual bool run_until(ManualLoop& loop, const std::function<bool()>& done) = 0;
};

struct Engine {
  std::string name;
  std::unique_ptr<StoreUnderTest> (*make)(const ManualClock& clock);
  /// The port lets the engine choose this behaviour.
  enum class FailedSync : std::uint8_t { is_final, passes } failed_sync = FailedSync::is_final;
  enum class Users : std::uint8_t { remembered, read_only } users = Users::remembered;
};
[[nodiscard]] std::vector<Engine> engines();
/// The engines where a failed sync is final until restart (embedded: a disk that failed once cannot be trusted again).
[[nodiscard]] std::vector<Engine> engines_that_latch();
/// The engines that store a row for each user they receive.
[[nodiscard]] std::vector<Engine> engines_that_remember_users();
/// The engines on MongoDB: a standalone and a replica set of three.
[[nodiscard]] std::vector<Engine> mongo_engines();

/// Collects the outcomes it receives, one group for each call.
class Outcomes final : public store::CommitListener {
 public:
  void on_appended(std::span<store::AppendOutcome> outcomes) override {
    calls.push_back(outcomes.size());
    for (store::AppendOutcome& outcome : outcomes) all.push_back(std::move(outcome));
  }
  void on_arrived(SessionNumber) override {}
  [[nodiscard]] const store::AppendOutcome* of(std::uint64_t token) const {
    for (const auto& outcome : all)
      if (outcome.token == token) return &outcome;
    return nullptr;
  }

  std::vector<std::size_t> calls;
  std::vector<store::AppendOutcome> all;
};

class StoreContract : public testing::TestWithParam<Engine> {
 protected:
  StoreContract() : store(GetParam().make(clock)) { store->log().attach(loop, outcomes); }

  /// Appends, and returns the token of the outcome.
  std::uint64_t send(store::Append append);
  /// Waits for the outcome of `token`.
  store::AppendOutcome outcome_of(std::uint64_t token);
  store::AppendOutcome append(store::Append append) { return outcome_of(send(std::move(append))); }
  /// Appends and expects the outcome `committed`.
  void commit(store::Append append);
  /// Commits created, started and `texts` texts.
  void commit_session(LogScript& script, std::size_t texts);

  /// Runs `ask` in a read job and returns its answer.
  template <typename Answer>
  Answer read(std::function<Answer(store::LogReader&)> ask) {
    std::optional<Answer> answer;
    const auto accepted = store->log().read([&, ask = std::move(ask)](store::LogReader& reader) {
      loop.post([&answer, got = ask(reader)]() mutable { answer.emplace(std::move(got)); });
    });
    EXPECT_TRUE(accepted.has_value());
    EXPECT_TRUE(store->run_until(loop, [&] { return answer.has_value(); }));
    return *std::move(answer);
  }
  using Entries = std::vector<domain::EncodedEntry>;
  Result<Entries> range(SessionNumber session, std::uint32_t first, store::Portion most);
  Result<std::optional<domain::EncodedEntry>> last(SessionNumber session);
  Result<domain::EncodedEntry> entry(SessionNumber session, std::uint32_t seq);
  Result<std::optional<std::uint32_t>> find_key(SessionNumber session, const Key16& key);
  Result<std::vector<std::uint32_t>> deleted(SessionNumber session);
  Result<std::optional<domain::SessionRow>> find_session(const SessionId& session);
  Result<std::optional<domain::SessionRow>> find_session(SessionNumber session);
  Result<std::optional<SessionId>> find_open(std::uint32_t doctor, std::uint32_t patient);
  /// All open sessions of the user, read in pages of `count`.
  Result<std::vector<domain::SessionRow>> open_sessions_of(std::uint32_t user, std::size_t count = 100);
  Result<store::OpenSessions> open_before(Timestamp created_before, const Bytes& after, std::size_t count);
  Result<std::optional<domain::EntryAddress>> find_message(const ObjectId& message);
  Result<std::optional<domain::User>> find_user(std::uint32_t user);
  Result<store::SignallingPage> newest(SessionNumber session, store::SignallingRange range);
  /// The newest messages only, without the position of the next page.
  Result<std::vector<store::SignallingMessage>> newest(SessionNumber session, std::size_t limit);

  ManualClock clock;
  ManualLoop loop{0};
  Outcomes outcomes;
  std::unique_ptr<StoreUnderTest> store;

 private:
  std::uint64_t next_token_ = 1;
};

}  // namespace parley::test
