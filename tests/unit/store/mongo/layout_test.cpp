// The document of the log: its id, its fields, and the example in docs/formats/mongo-store.md.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "store/mongo/driver/layout.hpp"
#include "support/log_script.hpp"

namespace parley::store::mongo {

namespace {

using test::LogScript;

LogDocument document_of(const Append& append) {
  LogDocument document{.session = append.session, .entries = append.entries, .at = 1};
  if (append.row) document.row = domain::encode_session_row(*append.row);
  document.erases = append.erase_body_of;
  return document;
}

/// The JSON block of the page after the mark, without its ``` lines.
std::string example_of(const std::string& mark) {
  std::ifstream file(PARLEY_SOURCE_DIR "/docs/formats/mongo-store.md");
  std::stringstream page;
  page << file.rdbuf();
  const std::string text = page.str();
  const auto begin = text.find("```json\n", text.find(mark)) + 8;
  return text.substr(begin, text.find("\n```", begin) - begin);
}

}  // namespace

TEST(LogId, says_which_session_and_which_seq_at_every_limit) {
  for (const std::uint64_t number : {1ull, 0x7fffffffffull, 0x8000000000ull, 0xffffffffffull}) {
    for (const std::uint32_t seq : {1u, 2u, limits::seq_max}) {
      const std::int64_t id = log_id(SessionNumber{number}, seq);
      EXPECT_EQ(session_of(id), SessionNumber{number});
      EXPECT_EQ(seq_of(id), seq);
    }
    EXPECT_LT(log_id(SessionNumber{number}, 1), log_id(SessionNumber{number}, limits::seq_max)) << "ascends inside a session";
  }
}

TEST(LogDocument, comes_back_as_it_was_written) {
  LogScript script(0xfedcba9876);
  const LogDocument document = document_of(script.create());
  const auto stored = decode_log_document(encode_log_document(document));
  ASSERT_TRUE(stored.has_value());
  EXPECT_EQ(stored->session, script.number());
  EXPECT_EQ(stored->first, 1u);
  EXPECT_EQ(stored->last(), 1u);
  EXPECT_EQ(stored->row, document.row);
  EXPECT_EQ(stored->at, 1);
  EXPECT_FALSE(stored->erases.has_value());
  EXPECT_EQ(*domain::decode_record(1, stored->records[0]), script.entries()[0]);
}

TEST(LogDocument, of_several_entries_has_its_keys_and_its_end) {
  LogScript script(7);
  static_cast<void>(script.create());
  Append append = script.texts(5);
  LogDocument document = document_of(append);
  document.keys = {Key16{1}, Key16{2}};
  const Document encoded = encode_log_document(document);
  const auto stored = decode_log_document(encoded);
  ASSERT_TRUE(stored.has_value());
  EXPECT_EQ(stored->first, 2u);
  EXPECT_EQ(stored->last(), 6u);
  EXPECT_EQ(Fields(encoded).binaries("keys")->size(), 2u);
  EXPECT_FALSE(Fields(encoded).has("row"));
  EXPECT_FALSE(Fields(encoded).has("rowOf"));
}

TEST(LogDocument, that_is_damaged_is_named_by_session_and_entry) {
  LogScript script(7);
  const LogDocument whole = document_of(script.create());
  Document without_entries;
  without_entries.int64("_id", log_id(script.number(), 1)).int32("last", 1);
  const auto damaged = decode_log_document(without_entries);
  ASSERT_FALSE(damaged.has_value());
  EXPECT_EQ(damaged.error().code, ErrorCode::log_corrupt);
  EXPECT_NE(damaged.error().detail.find("Session 7, entry 1"), std::string::npos) << damaged.error().detail;
  Document other_end;
  other_end.int64("_id", log_id(script.number(), 1)).int32("last", 2);
  Array entries;
  entries.binary(domain::encode_record(whole.entries[0]));
  other_end.array("entries", entries.as_document());
  EXPECT_FALSE(decode_log_document(other_end).has_value());
  EXPECT_FALSE(decode_log_document(Document()).has_value());
}

TEST(LogDocument, is_the_example_of_its_page) {
  LogScript script(0xa1b2c3d4e5);
  static_cast<void>(script.create());
  static_cast<void>(script.start());
  const Append append = script.text("Good morning", "m-1");
  LogDocument document = document_of(append);
  document.keys = {script.key("m-1")};
  document.at = (std::int64_t{3} << 40) + 42;
  EXPECT_EQ(encode_log_document(document).to_json(), example_of("<!-- worked example: a text -->"));
}

}  // namespace parley::store::mongo
