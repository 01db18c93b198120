// Refusals to open: each names the problem and the fix, and changes no byte.
#include <rocksdb/db.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "embedded_fixture.hpp"

namespace parley::store::embedded {

using test::LogScript;
using testing::Test;

class Opening : public EmbeddedFixture {
 protected:
  void make_store() {
    open();
    LogScript script(7);
    commit_session(script, 20);
    close();
  }
  static std::string content(const std::string& name) {
    std::ifstream file(name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  static void write(const std::string& name, const std::string& text) { std::ofstream(name, std::ios::binary | std::ios::trunc) << text; }
  std::map<std::string, std::string> contents() const {
    std::map<std::string, std::string> found;
    for (const auto& file : std::filesystem::directory_iterator(config.directory)) found[file.path().filename()] = content(file.path());
    return found;
  }
  static void expect_words(const std::string& text, std::initializer_list<const char*> words) {
    for (const char* word : words) EXPECT_NE(text.find(word), std::string::npos) << "\"" << word << "\" is missing in: " << text;
  }
};

TEST_F(Opening, a_directory_is_made_if_missing_with_those_above_it) {
  config.directory = place.path() + "/a/b/c";
  open();
  EXPECT_TRUE(std::filesystem::exists(config.directory + "/SYNCED"));
}

TEST_F(Opening, a_directory_in_use_is_refused) {
  open();
  const auto second = EmbeddedStore::open(config, {.clock = clock, .logs = logs});
  ASSERT_FALSE(second.has_value());
  expect_words(second.error().message, {config.directory.c_str(), "in use by another process", "LOCK", "--data"});
  LogScript script(7);
  commit(script.create());
}

TEST_F(Opening, a_file_in_the_place_of_the_directory_is_refused) {
  write(config.directory, "not a directory");
  expect_words(refusal(), {config.directory.c_str(), "is not a directory", "--data"});
  config.directory += "/below";
  expect_words(refusal(), {"is not a directory"});
}

TEST_F(Opening, no_directory_at_all_is_refused) {
  config.directory.clear();
  expect_words(refusal(), {"--data"});
}

TEST_F(Opening, a_directory_that_cannot_be_written_is_refused) {
  std::filesystem::create_directory(config.directory);
  files = std::make_shared<test::FaultyFileSystem>();
  files->forbid_writing();
  const auto opened = open_on_disk();
  ASSERT_FALSE(opened.has_value());
  expect_words(opened.error().message, {config.directory.c_str(), "Permission denied", "right to write"});
}

TEST_F(Opening, another_format_is_refused_by_name) {
  make_store();
  for (const std::string format : {"parley-embedded 1", "parley-embedded 3"}) {
    test::RawDatabase(config.directory).put("default", "format", format);
    const auto before = contents();
    expect_words(refusal(), {format.c_str(), "parley-embedded 2", "Nothing was changed", "version that wrote it", "--data"});
    EXPECT_EQ(contents(), before);
  }
}

TEST_F(Opening, the_database_of_another_program_is_refused_and_left_alone) {
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* db = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(options, config.directory, &db).ok());
  delete db;
  const auto before = contents();
  expect_words(refusal(), {"not one of this program", "--data"});
  EXPECT_EQ(contents(), before);
}

TEST_F(Opening, a_damaged_CURRENT_is_refused) {
  make_store();
  write(path("CURRENT"), "nonsense\n");
  expect_words(refusal(), {config.directory.c_str(), "damaged", "backup"});
}

TEST_F(Opening, a_missing_CURRENT_is_refused_and_no_new_store_is_made_over_the_old) {
  make_store();
  std::filesystem::remove(path("CURRENT"));
  const auto before = contents();
  expect_words(refusal(), {"CURRENT", "backup"});
  EXPECT_EQ(contents(), before);
}

TEST_F(Opening, a_damaged_manifest_is_refused) {
  make_store();
  for (const auto& file : std::filesystem::directory_iterator(config.directory))
    if (file.path().filename().string().starts_with("MANIFEST")) std::filesystem::resize_file(file.path(), 10);
  expect_words(refusal(), {"damaged", "backup"});
}

// SYNCED

TEST_F(Opening, a_log_cut_below_what_was_acknowledged_is_refused_and_left_alone) {
  make_store();
  std::filesystem::resize_file(newest_wal(), std::filesystem::file_size(newest_wal()) - 7);
  const auto before = contents();
  expect_words(refusal(), {"cut short", "SYNCED", "accept-loss", "Nothing was changed"});
  EXPECT_EQ(contents(), before);
  expect_words(refusal(), {"cut short"});
}

TEST_F(Opening, a_flipped_bit_in_the_middle_of_the_log_is_refused) {
  make_store();
  std::string wal = content(newest_wal());
  wal[wal.size() / 2] = static_cast<char>(wal[wal.size() / 2] ^ 1);
  write(newest_wal(), wal);
  expect_words(refusal(), {"cut short"});
}

TEST_F(Opening, a_missing_write_ahead_log_is_refused) {
  make_store();
  std::filesystem::remove(newest_wal());
  EXPECT_NE(refusal(), "it was opened");
}

TEST_F(Opening, an_unfinished_record_at_the_end_of_the_log_is_no_damage) {
  make_store();
  std::ofstream(newest_wal(), std::ios::binary | std::ios::app) << std::string("\x12\x34\x56\x78\x40\x00\x01half a record", 20);
  open();
  EXPECT_EQ(all(SessionNumber{7})->size(), 21u);
}

TEST_F(Opening, a_missing_or_damaged_SYNCED_is_refused) {
  make_store();
  const std::string good = content(path("SYNCED"));
  EXPECT_EQ(good.size(), 32u);
  std::filesystem::remove(path("SYNCED"));
  expect_words(refusal(), {"SYNCED is missing", "accept-loss"});
  for (const std::size_t offset : {0u, 20u, 23u, 31u}) {
    std::string bad = good;
    bad[offset] = static_cast<char>(bad[offset] ^ 4);
    write(path("SYNCED"), bad);
    expect_words(refusal(), {"SYNCED", "damaged", "accept-loss"});
  }
  write(path("SYNCED"), good);
  open();
}

TEST_F(Opening, a_loss_that_an_operator_accepts_opens_what_is_left) {
  make_store();
  std::filesystem::resize_file(newest_wal(), std::filesystem::file_size(newest_wal()) - 7);
  expect_words(refusal(), {"accept-loss"});
  write(path("SYNCED"), "accept-loss\n");
  open();
  const auto left = all(SessionNumber{7});
  ASSERT_TRUE(left.has_value());
  EXPECT_LT(left->size(), 21u);
  open();  // after that it is an ordinary store
}

TEST_F(Opening, SYNCED_is_never_ahead_of_the_log) {
  open();
  LogScript script(7);
  commit(script.create());
  for (int index = 0; index < 20; ++index) {
    commit(script.text("text"));
    clock.advance(std::chrono::milliseconds{700});  // so that it is synced now and then
    if (index % 5 != 4) continue;
    lose_power();
    open();
  }
  EXPECT_EQ(*all(script.number()), script.entries());
}

// Creation

TEST_F(Opening, a_creation_cut_short_anywhere_is_finished_by_the_next_opening) {
  int failed = 0;
  for (std::size_t nth = 1; nth <= 40; nth += 1) {
    config.directory = place.path() + "/cut-" + std::to_string(nth);
    close();
    files = std::make_shared<test::FaultyFileSystem>();
    files->fail_write(nth, "");
    if (open_on_disk()) continue;  // the fault came after the creation
    ++failed;
    files->power_off();
    files->drop_unsynced();
    const auto opened = try_open();
    ASSERT_TRUE(opened.has_value()) << "write " << nth << ": " << opened.error().message;
    LogScript script(7);
    commit(script.create());
  }
  EXPECT_GT(failed, 10);
}

TEST_F(Opening, too_many_or_no_reader_threads_are_refused) {
  config.reader_threads = 0;
  EXPECT_NE(refusal(), "it was opened");
  config.reader_threads = limits::reader_threads_max + 1;
  EXPECT_NE(refusal(), "it was opened");
}

}  // namespace parley::store::embedded
