// Idempotency keys across restarts, crashes and forgetting; and how far their column family may lag.
#include "base/limits.hpp"
#include "embedded_fixture.hpp"
#include "store/embedded/database.hpp"
#include "store/embedded/key_index.hpp"

namespace parley::store::embedded {

using test::LogScript;
using test::RawDatabase;

class Keys : public EmbeddedFixture {
 protected:
  void send_keyed(LogScript& script, std::uint32_t count) {
    const std::uint32_t last = script.head().seq + count;
    while (script.head().seq < last) {
      send(script.text("text", name_of(script.head().seq + 1)));
      if (script.head().seq % 512 == 0) {
        ASSERT_TRUE(settle());
      }
    }
    ASSERT_TRUE(settle());
    ASSERT_EQ(outcomes.back().status, AppendStatus::committed);
  }
  static std::string name_of(std::uint32_t seq) { return "m-" + std::to_string(seq); }
  void expect_all_keys(const LogScript& script) {
    for (std::uint32_t seq = 2; seq <= script.head().seq; seq += 7)
      ASSERT_EQ(*find_key(script.number(), script.key(name_of(seq))), std::optional(seq)) << seq;
    ASSERT_EQ(*find_key(script.number(), script.key(name_of(script.head().seq))), std::optional(script.head().seq));
    EXPECT_EQ(*find_key(script.number(), script.key(name_of(script.head().seq + 1))), std::nullopt);
  }
  std::uint32_t watermark_of(SessionNumber session) {
    const auto value = RawDatabase(config.directory).get("keys", session_prefix(session));
    return value ? decode_seq(*value) : 0;
  }
};

TEST_F(Keys, are_exact_after_power_loss) {
  LogScript script(7);
  open();
  commit(script.create());
  send_keyed(script, 2 * limits::keys_unindexed_max + 300);
  lose_power();
  open();
  expect_all_keys(script);
  send_keyed(script, limits::keys_unindexed_max);
  expect_all_keys(script);
}

TEST_F(Keys, their_family_is_never_further_behind_than_allowed) {
  LogScript script(7);
  open();
  commit(script.create());
  for (const std::uint32_t count : {500u, 499u, 1u, 600u, 64u, 1000u, 3000u}) {
    send_keyed(script, count);
    close();
    EXPECT_LE(script.head().seq - watermark_of(script.number()), limits::keys_unindexed_max) << "at seq " << script.head().seq;
    open();
  }
  expect_all_keys(script);
}

TEST_F(Keys, also_when_one_commit_holds_thousands_of_one_session) {
  LogScript script(7);
  open();
  commit(script.create());
  files->hold_syncs();
  for (int index = 0; index < 3500; ++index) send(script.text("text", name_of(script.head().seq + 1)));
  files->release_syncs();
  ASSERT_TRUE(settle());
  expect_all_keys(script);
  close();
  EXPECT_LE(script.head().seq - watermark_of(script.number()), limits::keys_unindexed_max);
  open();
  expect_all_keys(script);
}

TEST_F(Keys, a_short_log_never_costs_a_second_key) {
  LogScript script(7);
  open();
  commit(script.create());
  send_keyed(script, limits::keys_unindexed_max - 1);
  close();
  EXPECT_TRUE(RawDatabase(config.directory).all("keys").empty());
}

TEST_F(Keys, entries_without_a_key_move_the_watermark_as_well) {
  LogScript script(7);
  open();
  commit_session(script, 2 * limits::keys_unindexed_max);
  close();
  EXPECT_GT(watermark_of(script.number()), limits::keys_unindexed_max / 2);
  EXPECT_EQ(RawDatabase(config.directory).all("keys").size(), 1u) << "the watermark alone";
}

TEST_F(Keys, are_exact_though_memory_holds_few) {
  std::vector<LogScript> scripts;
  open();
  for (std::uint64_t number = 1; number <= 5; ++number) {
    scripts.emplace_back(number);
    commit(scripts.back().create());
    send_keyed(scripts.back(), 50);
  }
  close();
  StoreState state(logs);
  const auto database = Database::open(config, {rocksdb::FileSystem::Default(), clock, state, logs});
  ASSERT_TRUE(database.has_value());
  KeyIndex index(60);  // room for the keys of one session only
  LogView latest(**database, state, LogView::Moment::latest);
  for (int round = 0; round < 3; ++round) {
    for (const LogScript& script : scripts) {
      for (std::uint32_t seq = 2; seq <= 51; seq += 7)
        ASSERT_EQ(*index.find(latest, latest, script.number(), script.key(name_of(seq))), std::optional(seq));
      EXPECT_LE(index.keys_in_memory(), 60u);
    }
  }
}

TEST_F(Keys, what_is_noted_and_never_written_is_not_found) {
  LogScript script(7);
  open();
  commit(script.create());
  close();
  StoreState state(logs);
  const auto database = Database::open(config, {rocksdb::FileSystem::Default(), clock, state, logs});
  ASSERT_TRUE(database.has_value());
  KeyIndex index(1000);
  LogView latest(**database, state, LogView::Moment::latest);
  const std::pair<Key16, std::uint32_t> noted{script.key("m-1"), 2};
  index.note(script.number(), {&noted, 1});
  EXPECT_EQ(*index.find(latest, latest, script.number(), script.key("m-1")), std::nullopt);
  index.written();
  EXPECT_EQ(*index.find(latest, latest, script.number(), script.key("m-1")), std::nullopt);
}

}  // namespace parley::store::embedded
