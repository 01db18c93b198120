// `parley adopt` names the messages of an earlier server whose session does not exist. This holds for any number of them and for any value
// of `sessionId` (docs/guide/adopting.md).
#include <gmock/gmock.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "contract/old_server_data.hpp"
#include "store/mongo/adoption/orphans.hpp"
#include "store/mongo/driver/layout.hpp"
#include "support/mongod.hpp"

namespace parley::test {

namespace {

namespace mongo = store::mongo;
using mongo::Document;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class MongoOrphans : public testing::Test {
 protected:
  static std::unique_ptr<mongo::ClientPool> fresh_pool() {
    MongodProcess& server = SharedMongod::standalone();
    std::string uri = server.uri();
    uri.insert(std::min(uri.find('?'), uri.size()), server.fresh_database());
    auto made = std::move(*mongo::ClientPool::make(uri, "orphans", 4));
    made->set_topology(mongo::Topology::standalone);
    return made;
  }

  /// Every line that `parley adopt` prints after the collection. A call that never ended would also be a failure.
  std::vector<std::string> named(std::size_t page_max) {
    auto client = pool->take();
    mongo::Orphans orphans(client, page_max);
    std::vector<std::string> lines;
    for (bool more = true; more;) {
      const auto page = orphans.next();
      if (!page) throw std::runtime_error(page.error().detail);
      for (const mongo::LeftAlone& each : page->found) {
        EXPECT_EQ(each.collection, mongo::collection::chat);
        lines.push_back(each.id + ": " + each.reason);
      }
      more = page->more;
    }
    return lines;
  }
  /// Writes a message in which only the session matters.
  template <typename Put>
  std::string message_with(const Put& put) {
    const ObjectId id = old.next_id();
    Document document;
    document.id("_id", id);
    put(document);
    old.insert(mongo::collection::chat, document);
    return id.to_string();
  }
  std::string message(const std::string& session) {
    return message_with([&](Document& document) { document.text("sessionId", session); });
  }
  /// Writes a message as the mirror does.
  void mirrored(const std::string& session, std::int32_t seq) {
    message_with([&](Document& document) { document.text("sessionId", session).int32("seq", seq); });
  }

  std::unique_ptr<mongo::ClientPool> pool = fresh_pool();
  OldServerData old{*pool};
};

constexpr std::size_t page_sizes[] = {1, 2, 3, 5, 4096};

}  // namespace

TEST_F(MongoOrphans, of_an_empty_database_are_none) {
  for (const std::size_t page_max : page_sizes) EXPECT_THAT(named(page_max), IsEmpty()) << page_max;
}

TEST_F(MongoOrphans, each_missing_session_is_named_once_with_its_first_message_and_their_count) {
  std::set<std::string> there;
  for (int count = 0; count < 12; ++count) {
    const OldSession session = old.session();
    old.write(session);
    there.insert(session.id.to_string());
    mirrored(session.id.to_string(), 3);
    if (count % 3 == 0) message(session.id.to_string());  // not adopted, but its session exists: another report names it
  }
  mirrored("0 in the log", 2);
  const std::string none = message("");
  const std::string before = message("00000000-0000-4000-8000-000000000000");
  const std::string many = message(*there.begin() + "-");
  for (int count = 1; count < 9; ++count) message(*there.begin() + "-");
  const std::string between = message(*there.rbegin() + "\n\"");
  const std::string behind = message(std::string(65, 'z'));
  message(std::string(65, 'z'));
  for (const std::size_t page_max : page_sizes)
    EXPECT_THAT(named(page_max),
                ElementsAre(none + R"(: sessionId "" is not in sessions (1 message))",
                            before + R"(: sessionId "00000000-0000-4000-8000-000000000000" is not in sessions (1 message))",
                            many + ": sessionId \"" + *there.begin() + "-\" is not in sessions (9 messages, the first is named)",
                            between + ": sessionId \"" + *there.rbegin() + R"(\n\"" is not in sessions (1 message))",
                            behind + ": sessionId of 65 bytes is not in sessions (2 messages, the first is named)"))
        << page_max;
}

TEST_F(MongoOrphans, what_is_no_string_is_named_by_its_type) {
  const OldSession session = old.session();
  old.write(session);
  const std::string id = message_with([&](Document& document) { document.id("sessionId", session.object_id); });
  message_with([&](Document& document) { document.id("sessionId", session.object_id); });
  const std::string null = message_with([](Document& document) { document.null("sessionId"); });
  const std::string missing = message_with([](Document&) {});
  const std::string number = message_with([](Document& document) { document.int32("sessionId", 7); });
  const std::string date = message_with([](Document& document) { document.date("sessionId", at_ms(0)); });
  const std::string object = message_with([](Document& document) { document.document("sessionId", Document()); });
  const std::string orphan = message("f");
  for (const std::size_t page_max : page_sizes)
    EXPECT_THAT(named(page_max),
                UnorderedElementsAre(id + ": sessionId is an ObjectId, not a string (2 messages, the first is named)",
                                     null + ": sessionId is null, not a string (1 message)", missing + ": sessionId is missing (1 message)",
                                     number + ": sessionId is a number, not a string (1 message)",
                                     date + ": sessionId is a date, not a string (1 message)",
                                     object + ": sessionId is an object, not a string (1 message)",
                                     orphan + R"(: sessionId "f" is not in sessions (1 message))"))
        << page_max;
}

TEST_F(MongoOrphans, arrays_hide_no_others) {
  old.write(old.session());
  const auto array = [&](const std::string& first, const std::string& second) {
    mongo::Array values;
    values.text(first).text(second);
    return message_with([&](Document& document) { document.array("sessionId", values.as_document()); });
  };
  for (int count = 0; count < 10; ++count) array("a", "y");
  message_with([&](Document& document) {
    mongo::Array ids;
    ids.id(old.next_id());
    document.array("sessionId", ids.as_document());
  });
  const std::string id = message_with([&](Document& document) { document.id("sessionId", old.next_id()); });
  const std::string first = message("b");
  const std::string second = message("x");
  for (const std::size_t page_max : page_sizes) {
    const auto lines = named(page_max);
    ASSERT_EQ(lines.size(), 4u) << page_max;
    EXPECT_THAT(lines, testing::Contains(id + ": sessionId is an ObjectId, not a string (1 message)"))
        << "what is in arrays does not count";
    EXPECT_THAT(lines,
                testing::Contains(testing::EndsWith(": sessionId is an array, not a string (there may be more, the first is named)")));
    EXPECT_THAT(lines, testing::Contains(first + R"(: sessionId "b" is not in sessions (1 message))"));
    EXPECT_THAT(lines, testing::Contains(second + R"(: sessionId "x" is not in sessions (1 message))"));
  }
}

TEST_F(MongoOrphans, a_hundred_thousand_messages_of_one_missing_session_are_one_line) {
  auto client = pool->take();
  constexpr int step = 20'000;
  int left = 100'000;
  const auto add = [&](int count) {
    std::vector<Document> documents(static_cast<std::size_t>(count));
    for (Document& document : documents) document.id("_id", old.next_id()).text("sessionId", "gone");
    ASSERT_TRUE(client.insert(mongo::collection::chat, documents).has_value());
  };
  for (; left > 0; left -= step) add(step);
  EXPECT_THAT(named(4096),
              ElementsAre(testing::EndsWith(R"(: sessionId "gone" is not in sessions (100000 messages, the first is named))")));
  add(1);
  EXPECT_THAT(named(4096),
              ElementsAre(testing::EndsWith(R"(: sessionId "gone" is not in sessions (more than 100000 messages, the first is named))")));
}

}  // namespace parley::test
