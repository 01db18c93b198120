// Promise 1 at the store: an acknowledged entry survives power loss, and no outcome or read shows an entry that might not. One test proves
// that these tests would fail if commits did not wait for the disk.
#include <sys/resource.h>

#include <filesystem>
#include <random>

#include "base/limits.hpp"
#include "embedded_fixture.hpp"

namespace parley::store::embedded {

using test::LogScript;

class Durability : public EmbeddedFixture {
 protected:
  /// Commits some entries, holds the disk, sends more and cuts the power. Returns the acknowledged entries, in order.
  Entries acknowledge_some_then_lose_power(LogScript& script, double kept) {
    commit_session(script, 130);
    const Entries acknowledged = script.entries();
    files->hold_syncs();
    for (int index = 0; index < 20; ++index) send(script.text("never synced"));
    EXPECT_TRUE(files->wait_for_held_sync());
    loop.run_pending();
    EXPECT_EQ(outcomes.size() + 20, sent) << "nobody is told while the sync is held";
    EXPECT_EQ(*all(script.number()), acknowledged) << "nothing is shown while the sync is held";
    lose_power(kept);
    return acknowledged;
  }
};

TEST_F(Durability, what_was_acknowledged_survives_power_loss_and_nothing_else_appears) {
  LogScript script(7);
  open();
  const Entries acknowledged = acknowledge_some_then_lose_power(script, 0);
  open();
  EXPECT_EQ(*all(script.number()), acknowledged);
}

TEST_F(Durability, the_outcomes_of_appends_that_power_loss_caught_are_not_committed) {
  LogScript script(7);
  open();
  acknowledge_some_then_lose_power(script, 0);
  ASSERT_EQ(outcomes.size(), sent) << "each append gets an outcome, even then";
  for (std::size_t index = sent - 20; index < sent; ++index) EXPECT_NE(outcomes[index].status, AppendStatus::committed);
}

TEST_F(Durability, a_record_torn_by_power_loss_is_dropped_whole) {
  for (const double kept : {0.1, 0.5, 0.9, 0.99}) {
    LogScript script(static_cast<std::uint64_t>(kept * 1000));
    open();
    const Entries acknowledged = acknowledge_some_then_lose_power(script, kept);
    open();
    const auto there = all(script.number());
    ASSERT_TRUE(there.has_value());
    ASSERT_GE(there->size(), acknowledged.size());
    ASSERT_TRUE(std::equal(there->begin(), there->end(), script.entries().begin())) << "a prefix of what was sent";
  }
}

// Proves that the tests above can fail: without the sync, acknowledged entries must be lost, or the opening must be refused.
TEST_F(Durability, without_the_sync_acknowledged_entries_are_missed_by_this_very_test) {
  LogScript script(7);
  open(Syncing::skipped);
  commit_session(script, 130);
  const Entries acknowledged = script.entries();
  lose_power();
  const auto opened = try_open();
  const bool survived = opened.has_value() && all(script.number()).has_value() && *all(script.number()) == acknowledged;
  EXPECT_FALSE(survived);
}

TEST_F(Durability, what_is_synced_and_not_yet_told_may_appear_and_in_order) {
  std::mt19937 random(20260101);  // fixed, so that a failure can be repeated
  std::size_t told_in_all = 0;
  for (int round = 0; round < 12; ++round) {
    LogScript script(100 + static_cast<std::uint64_t>(round));
    config.write_buffer_bytes = 64 * 1024;  // small, so that power loss also meets flushes and their logs
    open();
    commit(script.create());
    const std::size_t rounds = random() % 40;
    for (std::size_t index = 0; index < rounds; ++index) {
      send(script.texts(1 + random() % 64));
      if (random() % 4 == 0) settle();
    }
    lose_power(static_cast<double>(random() % 5) / 5.0);
    std::uint32_t told = 0;
    for (const AppendOutcome& outcome : outcomes)
      if (outcome.session == script.number() && outcome.status == AppendStatus::committed) told = std::max(told, outcome.head.seq);
    told_in_all += told;
    open();
    const auto there = all(script.number());
    ASSERT_TRUE(there.has_value()) << there.error().detail;
    EXPECT_GE(there->size(), told) << "round " << round;
    ASSERT_TRUE(std::equal(there->begin(), there->end(), script.entries().begin())) << "round " << round;
  }
  EXPECT_GT(told_in_all, 1000u) << "the rounds must have something to lose";
}

TEST_F(Durability, entries_row_and_deletion_survive_together) {
  LogScript script(7);
  open();
  commit_session(script, 3);
  commit(script.start());
  commit(script.remove(2));
  lose_power();
  open();
  EXPECT_EQ(*read<Result<std::optional<domain::SessionRow>>>([&](LogReader&) { return store->find_session(script.number()); }),
            script.row());
  EXPECT_EQ(*read<Result<std::vector<std::uint32_t>>>([&](LogReader& reader) { return reader.deleted(script.number()); }), std::vector{2u});
  EXPECT_TRUE(entry(script.number(), 2)->body.empty());
}

TEST_F(Durability, one_sync_serves_all_that_wait) {
  open();
  std::vector<LogScript> scripts;
  files->hold_syncs();
  for (std::uint64_t number = 1; number <= 500; ++number) {
    scripts.emplace_back(number);
    send(scripts.back().create());
  }
  ASSERT_TRUE(files->wait_for_held_sync());
  const std::size_t before = files->syncs();
  files->release_syncs();
  ASSERT_TRUE(settle());
  EXPECT_LE(files->syncs() - before, 2u);
  EXPECT_EQ(store->health().entries_committed, 500u);
  EXPECT_LE(store->health().commits, 2u);
}

// Failures are final

TEST_F(Durability, a_failed_sync_latches_until_restart_and_health_says_why) {
  LogScript script(7);
  LogScript other(8, 3, 4);
  open();
  commit_session(script, 3);
  EXPECT_TRUE(store->health().writable);
  files->fail_sync(1);
  EXPECT_EQ(append(script.text("its sync fails")).status, AppendStatus::unknown);
  const AppendOutcome later = append(other.create());
  EXPECT_EQ(later.status, AppendStatus::refused);
  EXPECT_EQ(later.error->code, ErrorCode::store_failed);
  EXPECT_FALSE(store->health().writable);
  EXPECT_NE(store->health().reason.find("injected: sync failed"), std::string::npos) << store->health().reason;
  const std::size_t syncs = files->syncs();
  for (int index = 0; index < 20; ++index) EXPECT_EQ(append(other.text("still refused")).error->code, ErrorCode::store_failed);
  EXPECT_EQ(files->syncs(), syncs) << "the disk is not asked again";
  EXPECT_EQ(all(script.number())->size(), 4u) << "reads go on";
  open();
  EXPECT_TRUE(store->health().writable);
  LogScript fresh(9, 5, 6);
  commit(fresh.create());
}

TEST_F(Durability, a_failed_write_of_the_log_latches) {
  LogScript script(7);
  open();
  commit_session(script, 3);
  files->fail_write(1);
  EXPECT_EQ(append(script.text("its write fails")).status, AppendStatus::unknown);
  LogScript other(8, 3, 4);
  EXPECT_EQ(append(other.create()).error->code, ErrorCode::store_failed);
}

TEST_F(Durability, a_failed_write_of_SYNCED_latches_after_what_was_durable_is_told) {
  LogScript script(7);
  open();
  commit_session(script, 3);
  files->fail_write(1, "SYNCED");
  EXPECT_EQ(append(script.text("durable all the same")).status, AppendStatus::committed);
  EXPECT_EQ(append(script.text("refused")).error->code, ErrorCode::store_failed);
  open();
  EXPECT_EQ(all(script.number())->size(), 5u);
}

TEST_F(Durability, a_full_disk_latches_and_opening_with_room_goes_on) {
  LogScript script(7);
  open();
  commit_session(script, 3);
  const Entries before = script.entries();
  files->fill_disk(true);
  LogScript fork = script;
  EXPECT_EQ(append(fork.text("no space left")).status, AppendStatus::unknown);
  EXPECT_EQ(append(fork.text("refused")).error->code, ErrorCode::store_failed);
  EXPECT_NE(store->health().reason.find("No space left"), std::string::npos) << store->health().reason;
  files->fill_disk(false);
  EXPECT_EQ(append(fork.text("still refused")).error->code, ErrorCode::store_failed) << "room alone mends nothing";
  EXPECT_EQ(*all(script.number()), before);
  open();
  EXPECT_EQ(*all(script.number()), before);
  commit(script.text("goes on"));
}

TEST_F(Durability, too_little_room_refuses_texts_and_ends_when_there_is_room_again) {
  LogScript script(7);
  open();
  commit_session(script, 3);
  files->set_free_bytes(limits::free_bytes_min - 1);
  LogScript fork = script;
  EXPECT_EQ(append(fork.text("no room")).error->code, ErrorCode::store_full);
  EXPECT_FALSE(store->health().has_room);
  EXPECT_TRUE(store->health().writable);
  EXPECT_EQ(store->health().free_bytes, limits::free_bytes_min - 1);
  EXPECT_FALSE(store->health().reason.empty());
  commit(script.remove(3));
  files->set_free_bytes(limits::free_bytes_min);
  commit(script.text("room again"));
  EXPECT_TRUE(store->health().has_room);
  EXPECT_TRUE(store->health().reason.empty());
}

TEST_F(Durability, what_becomes_of_the_room_is_noticed_though_nobody_writes) {
  open();
  files->set_free_bytes(limits::free_bytes_min - 1);
  EXPECT_TRUE(loop.run_until([&] { return !store->health().has_room; })) << "an idle disk fills";
  LogScript script(7);
  EXPECT_EQ(append(script.create()).error->code, ErrorCode::store_full);
  files->set_free_bytes(limits::free_bytes_min);
  EXPECT_TRUE(loop.run_until([&] { return store->health().has_room; }));
  EXPECT_TRUE(store->health().reason.empty());
  files->set_free_bytes(limits::free_bytes_min - 1);
  close();
  ASSERT_TRUE(open_on_disk());
  EXPECT_TRUE(loop.run_until([&] { return !store->health().has_room; })) << "a start on a full disk";
}

// Records without a text must not fill a disk that is already below its limit.
TEST_F(Durability, too_little_room_ends_records_of_signalling_and_rows_of_users_until_there_is_room_again) {
  open();
  LogScript script(7);
  commit_session(script, 3);
  SignallingMessage message;
  message.id = *test::user_id(90).object_id();
  message.session = script.number();
  message.sender = test::user_id(5);
  message.type = "chat";
  message.timestamp = clock.now();
  const domain::User user{.id = test::user_id(5), .role = {"doctor"}, .email = {}, .name = {}};
  const auto records = [&] {
    return read<Result<SignallingPage>>([&](LogReader&) { return store->newest(script.number(), {}, {.limit = 100}); })->messages.size();
  };
  files->hold_syncs();  // these two wait while the disk becomes too full
  send(script.text("held"));
  ASSERT_TRUE(files->wait_for_held_sync());
  store->record(message);
  store->remember_user(user);
  files->set_free_bytes(limits::free_bytes_min - 1);
  files->release_syncs();
  ASSERT_TRUE(settle());
  ASSERT_TRUE(loop.run_until([&] { return store->health().signalling_dropped == 1 && store->health().users_dropped == 1; }));
  store->record(message);
  store->remember_user(user);
  EXPECT_EQ(store->health().signalling_dropped, 2u);
  EXPECT_EQ(store->health().users_dropped, 2u);
  std::optional<Result<void>> signed_out;
  store->revoke(loop, {.token = {}, .expires_at = {}}, [&](Result<void> kept) { signed_out = std::move(kept); });
  ASSERT_TRUE(loop.run_until([&] { return signed_out.has_value(); }));
  EXPECT_TRUE(signed_out->has_value()) << "signing out always works";
  EXPECT_EQ(records(), 0u);
  files->set_free_bytes(limits::free_bytes_min);
  ASSERT_TRUE(loop.run_until([&] { return store->health().has_room; }));
  store->record(message);
  store->remember_user(user);
  EXPECT_TRUE(loop.run_until([&] { return records() == 1; }));
  EXPECT_TRUE(loop.run_until(
      [&] { return read<Result<std::optional<domain::User>>>([&](LogReader&) { return store->find_user(user.id); })->has_value(); }));
}

class FilesGone : public EmbeddedFixture {
 protected:
  void SetUp() override {
    open();
    commit_session(script, 3);
  }
  void expect_refused(std::initializer_list<const char*> words) {
    LogScript fork = script;
    const AppendOutcome outcome = append(fork.text("to nowhere"));
    EXPECT_EQ(outcome.status, AppendStatus::refused);
    ASSERT_TRUE(outcome.error.has_value());
    EXPECT_EQ(outcome.error->code, ErrorCode::store_failed);
    expect_failed(words);
  }
  void expect_failed(std::initializer_list<const char*> words) {
    ASSERT_TRUE(loop.run_until([&] { return store->health().final; }));
    EXPECT_FALSE(store->health().writable);
    for (const char* word : words) EXPECT_NE(store->health().reason.find(word), std::string::npos) << store->health().reason;
  }

  LogScript script{7};
  const std::string elsewhere = place.path() + "/elsewhere";
};

TEST_F(FilesGone, a_removed_folder_refuses_the_next_append) {
  std::filesystem::remove_all(config.directory);
  expect_refused({config.directory.c_str(), "removed", "SYNCED"});
}

TEST_F(FilesGone, a_removed_folder_is_noticed_though_nobody_writes) {
  std::filesystem::remove_all(config.directory);
  expect_failed({config.directory.c_str(), "removed"});
}

TEST_F(FilesGone, a_renamed_folder_refuses_the_next_append_and_what_it_holds_is_whole) {
  std::filesystem::rename(config.directory, elsewhere);
  expect_refused({config.directory.c_str(), "renamed"});
  close();
  std::filesystem::rename(elsewhere, config.directory);
  open();
  EXPECT_EQ(*all(script.number()), script.entries());
}

TEST_F(FilesGone, an_empty_folder_in_its_place_refuses_the_next_append) {
  std::filesystem::rename(config.directory, elsewhere);
  std::filesystem::create_directory(config.directory);
  expect_refused({"replaced"});
}

TEST_F(FilesGone, an_earlier_copy_in_its_place_refuses_the_next_append) {
  std::filesystem::copy(config.directory, elsewhere);
  commit(script.text("after the copy"));
  std::filesystem::remove_all(config.directory);
  std::filesystem::rename(elsewhere, config.directory);
  expect_refused({"replaced"});
}

TEST_F(FilesGone, each_file_that_the_next_start_needs_is_missed_by_a_busy_store) {
  for (const char* name : {"CURRENT", "SYNCED", "newest log"}) {
    SCOPED_TRACE(name);
    close();
    std::filesystem::remove_all(config.directory);
    open();
    LogScript other(8);
    commit(other.create());
    std::filesystem::remove(name == std::string_view("newest log") ? newest_wal() : path(name));
    clock.advance(limits::store_look_interval);
    const AppendOutcome outcome = append(other.text("to nowhere"));
    ASSERT_TRUE(outcome.error.has_value());
    EXPECT_EQ(outcome.error->code, ErrorCode::store_failed);
    EXPECT_TRUE(store->health().final);
  }
}

TEST_F(FilesGone, each_file_that_the_next_start_needs_is_missed_though_nobody_writes) {
  for (const char* name : {"CURRENT", "newest log"}) {
    SCOPED_TRACE(name);
    close();
    std::filesystem::remove_all(config.directory);
    open();
    std::filesystem::remove(name == std::string_view("newest log") ? newest_wal() : path(name));
    expect_failed({"missing"});
  }
}

TEST_F(FilesGone, files_that_cannot_be_looked_at_for_want_of_descriptors_are_not_gone) {
  open();
  LogScript other(8);
  commit(other.create());
  rlimit files_open{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &files_open), 0);
  const rlimit none{1, files_open.rlim_max};  // files that are open stay open
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const AppendOutcome outcome = append(other.text("still here"));
  EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &files_open), 0);
  EXPECT_EQ(outcome.status, AppendStatus::committed);
  EXPECT_FALSE(store->health().final);
}

// Stop

TEST_F(Durability, stopping_commits_what_is_queued_and_then_refuses) {
  LogScript script(7);
  open();
  send(script.create());
  for (int index = 0; index < 100; ++index) send(script.text("queued"));
  store->stop();
  loop.run_pending();
  ASSERT_EQ(outcomes.size(), sent);
  for (const AppendOutcome& outcome : outcomes) EXPECT_EQ(outcome.status, AppendStatus::committed);
  send(script.text("after the end"));
  loop.run_pending();
  EXPECT_EQ(outcomes.back().error->code, ErrorCode::store_failed);
  EXPECT_EQ(store->read([](LogReader&) {}).error().code, ErrorCode::store_failed);
  EXPECT_FALSE(store->health().writable);
  open();
  EXPECT_EQ(all(script.number())->size(), 101u);
}

}  // namespace parley::store::embedded
