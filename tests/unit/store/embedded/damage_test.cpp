// Errors after bytes in the files have changed, and the remains of a deleted text.
#include "domain/entry.hpp"
#include "embedded_fixture.hpp"

namespace parley::store::embedded {

using test::LogScript;
using test::RawDatabase;

class Damage : public EmbeddedFixture {};

TEST_F(Damage, a_flipped_bit_anywhere_in_a_record_is_named_by_session_and_seq) {
  LogScript script(7);
  open();
  commit_session(script, 400);
  close();
  std::size_t flipped = 0;
  {
    RawDatabase files_of_store(config.directory);
    const std::size_t record_bytes = files_of_store.get("log", log_key(script.number(), 2))->size();
    for (std::size_t offset = 0; offset < record_bytes && offset < 400; ++offset, ++flipped)
      files_of_store.flip_bit("log", log_key(script.number(), static_cast<std::uint32_t>(offset) + 2), offset);
  }
  ASSERT_GT(flipped, 100u);
  open();
  for (std::uint32_t seq = 2; seq < flipped + 2; ++seq) {
    const auto read = entry(script.number(), seq);
    ASSERT_FALSE(read.has_value()) << "byte " << seq - 2;
    EXPECT_EQ(read.error().code, ErrorCode::log_corrupt);
    EXPECT_NE(read.error().detail.find("Session 7, entry " + std::to_string(seq)), std::string::npos) << read.error().detail;
  }
  EXPECT_EQ(store->health().damaged_sessions, 1u);
  ASSERT_EQ(store->health().damaged.size(), 1u);
  EXPECT_NE(store->health().damaged[0].find("Session 7"), std::string::npos);
  EXPECT_TRUE(store->health().writable) << "the others go on";
}

TEST_F(Damage, a_missing_entry_is_damage_and_not_an_end) {
  LogScript script(7);
  open();
  commit_session(script, 20);
  close();
  RawDatabase(config.directory).remove("log", log_key(script.number(), 9));
  open();
  EXPECT_EQ(all(script.number()).error().code, ErrorCode::log_corrupt);
  EXPECT_NE(all(script.number()).error().detail.find("entry 9"), std::string::npos);
  EXPECT_EQ(entry(script.number(), 9).error().code, ErrorCode::log_corrupt);
}

TEST_F(Damage, a_log_without_its_beginning_is_damaged) {
  LogScript script(7);
  open();
  commit_session(script, 20);
  close();
  RawDatabase(config.directory).remove("log", log_key(script.number(), 1));
  open();
  EXPECT_NE(all(script.number()).error().detail.find("entry 1:"), std::string::npos);
}

TEST_F(Damage, a_damaged_head_stops_appends_before_anybody_has_read_it) {
  LogScript script(7);
  open();
  commit_session(script, 3);
  close();
  RawDatabase(config.directory).flip_bit("log", log_key(script.number(), 4), 30);
  open();
  const AppendOutcome outcome = append(script.text("on top of damage"));
  EXPECT_EQ(outcome.status, AppendStatus::refused);
  EXPECT_EQ(outcome.error->code, ErrorCode::log_corrupt);
}

TEST_F(Damage, an_entry_under_the_wrong_seq_is_damage) {
  LogScript script(7);
  open();
  commit_session(script, 5);
  close();
  {
    RawDatabase files_of_store(config.directory);
    files_of_store.put("log", log_key(script.number(), 3), *files_of_store.get("log", log_key(script.number(), 4)));
  }
  open();
  EXPECT_EQ(entry(script.number(), 3).error().code, ErrorCode::log_corrupt);
}

TEST_F(Damage, an_entry_of_another_history_breaks_the_chain_and_is_named) {
  LogScript script(7);
  open();
  commit_session(script, 3);
  LogScript fork = script;
  commit(script.texts(3));
  close();
  const Append foreign = fork.text("never said");
  RawDatabase(config.directory).put("log", log_key(script.number(), 5), domain::encode_record(foreign.entries[0]));
  open();
  const auto read = all(script.number());
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().code, ErrorCode::log_corrupt);
  EXPECT_NE(read.error().detail.find("Session 7, entry 6: the chain is broken"), std::string::npos) << read.error().detail;
  EXPECT_EQ(append(script.text("on top")).error->code, ErrorCode::log_corrupt);
}

TEST_F(Damage, a_damaged_directory_row_is_an_error_and_not_an_absence) {
  LogScript script(7);
  open();
  commit(script.create());
  close();
  RawDatabase(config.directory).flip_bit("directory", script.row().id.text(), 20);
  open();
  const auto row = read<Result<std::optional<domain::SessionRow>>>([&](LogReader&) { return store->find_session(script.row().id); });
  ASSERT_FALSE(row.has_value());
  EXPECT_EQ(row.error().code, ErrorCode::log_corrupt);
}

TEST_F(Damage, the_text_of_a_deleted_message_is_not_in_its_record) {
  LogScript script(7);
  open();
  commit(script.create());
  commit(script.text("my number is 555-0100", "m-1"));
  commit(script.remove(2));
  close();
  RawDatabase files_of_store(config.directory);
  for (const auto& [key, value] : files_of_store.all("log")) {
    EXPECT_EQ(value.find("555-0100"), std::string::npos);
    EXPECT_EQ(value.find("m-1"), std::string::npos);
  }
  EXPECT_TRUE(files_of_store.get("deleted", log_key(script.number(), 2)).has_value());
  const auto entry = domain::decode_record(2, *files_of_store.get("log", log_key(script.number(), 2)));
  ASSERT_TRUE(entry.has_value());
  EXPECT_FALSE(domain::decode_entry(*entry)->body.has_value());
}

}  // namespace parley::store::embedded
