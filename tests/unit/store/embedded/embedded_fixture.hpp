// An embedded store on a disk with faults, driven by hand.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/log_sink.hpp"
#include "domain/error_code.hpp"
#include "store/embedded/embedded_store.hpp"
#include "store/embedded/layout.hpp"
#include "support/faulty_file_system.hpp"
#include "support/log_script.hpp"
#include "support/manual_clock.hpp"
#include "support/manual_loop.hpp"
#include "support/raw_database.hpp"

namespace parley::store::embedded {

class EmbeddedFixture : public testing::Test, public CommitListener {
 protected:
  ~EmbeddedFixture() override {
    if (files) files->release_syncs();
  }

  /// Opens the store on a new disk object. The previous one and its faults are gone.
  Result<void> try_open(Syncing syncing = Syncing::real) {
    close();
    files = std::make_shared<test::FaultyFileSystem>();
    return open_on_disk(syncing);
  }
  Result<void> open_on_disk(Syncing syncing = Syncing::real) {
    auto opened = EmbeddedStore::open(config, {.clock = clock, .logs = logs, .file_system = files, .syncing = syncing});
    if (!opened) return std::unexpected(opened.error());
    store = *std::move(opened);
    store->attach(loop, *this);
    return {};
  }
  void open(Syncing syncing = Syncing::real) {
    const auto opened = try_open(syncing);
    ASSERT_TRUE(opened.has_value()) << opened.error().message << " " << opened.error().detail;
  }
  /// Expects that opening is refused, and returns the message.
  std::string refusal() {
    const auto opened = try_open();
    if (opened) return "it was opened";
    EXPECT_EQ(opened.error().code, ErrorCode::store_failed);
    return opened.error().message;
  }
  void close() { store.reset(); }
  /// The machine loses power now. The share `kept` of the unsynced data is on the disk by chance.
  void lose_power(double kept = 0) {
    files->power_off();
    store.reset();
    loop.run_pending();
    files->drop_unsynced(kept);
  }

  void on_appended(std::span<AppendOutcome> appended) override {
    for (AppendOutcome& outcome : appended) outcomes.push_back(std::move(outcome));
  }
  void on_arrived(SessionNumber) override { ADD_FAILURE() << "nothing here is unknown and arrives"; }
  void send(Append append) {
    store->append(loop, std::move(append));
    ++sent;
  }
  bool settle() {
    return loop.run_until([&] { return outcomes.size() == sent; });
  }
  AppendOutcome append(Append append) {
    send(std::move(append));
    EXPECT_TRUE(settle());
    return outcomes.back();
  }
  void commit(Append append) {
    const AppendOutcome outcome = EmbeddedFixture::append(std::move(append));
    ASSERT_EQ(outcome.status, AppendStatus::committed) << (outcome.error ? outcome.error->message + " " + outcome.error->detail : "");
  }
  void commit_session(test::LogScript& script, std::size_t texts) {
    commit(script.create());
    for (std::size_t done = 0; done < texts; done += 64) commit(script.texts(std::min<std::size_t>(texts - done, 64)));
  }

  template <typename Answer>
  Answer read(std::function<Answer(LogReader&)> ask) {
    std::optional<Answer> answer;
    const auto accepted =
        store->read([&](LogReader& reader) { loop.post([&answer, got = ask(reader)]() mutable { answer.emplace(std::move(got)); }); });
    EXPECT_TRUE(accepted.has_value());
    EXPECT_TRUE(loop.run_until([&] { return answer.has_value(); }));
    return *std::move(answer);
  }
  using Entries = std::vector<domain::EncodedEntry>;
  Result<Entries> all(SessionNumber session) {
    return read<Result<Entries>>([=](LogReader& reader) { return reader.range(session, 1, 100'000); });
  }
  Result<domain::EncodedEntry> entry(SessionNumber session, std::uint32_t seq) {
    return read<Result<domain::EncodedEntry>>([=](LogReader& reader) { return reader.entry(session, seq); });
  }
  Result<std::optional<std::uint32_t>> find_key(SessionNumber session, const Key16& key) {
    return read<Result<std::optional<std::uint32_t>>>([=](LogReader& reader) { return reader.find_key(session, key); });
  }
  [[nodiscard]] std::string path(const std::string& name) const { return config.directory + "/" + name; }
  /// The write-ahead log that is currently written.
  [[nodiscard]] std::string newest_wal() const;

  test::TemporaryDirectory place;
  EmbeddedConfig config{.directory = place.path() + "/data"};
  test::ManualClock clock;
  NullLogSink logs;
  test::ManualLoop loop;
  std::shared_ptr<test::FaultyFileSystem> files;
  std::vector<AppendOutcome> outcomes;
  std::size_t sent = 0;
  std::unique_ptr<EmbeddedStore> store;
};

}  // namespace parley::store::embedded
