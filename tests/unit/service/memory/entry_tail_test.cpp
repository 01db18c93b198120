// The newest entries in memory: every answer is the same text as that of a read of the store, and there is none that the store would not
// give.
#include "service/memory/entry_tail.hpp"

#include <gtest/gtest.h>

#include "api/entries.hpp"
#include "base/limits.hpp"
#include "domain/chain.hpp"
#include "service/memory/entry_view.hpp"
#include "service/use_cases/entries.hpp"
#include "unit/service/world.hpp"

namespace parley::test {
namespace {

using domain::EntriesView;
using domain::EntryRange;
using domain::LogPlace;
using service::EntryTail;

std::string json_of(const EntriesView& view) {
  std::string json;
  JsonWriter writer(json);
  writer.begin_object();
  api::write_entries(writer, view);
  writer.end_object();
  return json;
}

std::string shown(const std::optional<LogPlace>& place) {
  if (!place) return "nothing";
  return std::to_string(place->seq) + (place->proof ? " with a proof" : "");
}

EntryRange from_on(std::uint32_t seq, std::uint32_t limit = 1000) {
  return {LogPlace{seq, {}}, {}, limit};
}

class EntryTailTest : public ::testing::Test {
 protected:
  EntryTailTest() : session(world.create()) {
    world.start("doctor", session).value();
    const auto first = world.send("doctor", session, "a", "key-a").value();
    world.send("patient", session, std::string(900, 'b')).value();
    world.remove("doctor", first.id.to_string()).value();
    world.send("doctor", session, "c \"quoted\", with a comma").value();
    world.end("doctor", session).value();
    log = world.log_of(session);
  }
  [[nodiscard]] EntriesView read(const EntryRange& range, std::size_t bytes_max = limits::entries_bytes_max) {
    std::optional<Result<EntriesView>> view;
    EXPECT_TRUE(world.store.read([&, number = world.number_of(session)](store::LogReader& reader) {
      view = service::read_range(reader, {session, number}, range, bytes_max);
    }));
    world.run();
    return view->value();
  }
  [[nodiscard]] std::optional<EntriesView> answer(const EntryTail& tail, const EntryRange& range, std::size_t bytes_max) const {
    return tail.answer(session, range, bytes_max);
  }

  /// No place, and each place of the log and two after it: without a proof, with the right one and with a wrong one.
  [[nodiscard]] std::vector<std::optional<LogPlace>> places() const {
    std::vector<std::optional<LogPlace>> all = {std::nullopt};
    for (std::uint32_t seq = 0; seq <= log.size() + 2; ++seq) {
      all.emplace_back(LogPlace{seq, {}});
      const std::uint64_t proof = seq == 0            ? domain::genesis(session).position().proof
                                  : seq <= log.size() ? log[seq - 1].position().proof
                                                      : 1;
      all.emplace_back(LogPlace{seq, proof});
      all.emplace_back(LogPlace{seq, proof ^ 1});
    }
    return all;
  }

  World world;
  SessionId session;
  std::vector<domain::Entry> log;
};

TEST_F(EntryTailTest, every_answer_is_the_text_that_a_read_of_the_store_gives) {
  std::vector<EntryTail> tails;
  for (std::uint32_t from = 0; from < log.size(); ++from) tails.emplace_back(read(from_on(from)));
  std::size_t answers = 0;
  for (const auto& after : places()) {
    for (const auto& before : places()) {
      for (const std::uint32_t limit : {1u, 2u, 1000u}) {
        for (const std::size_t bytes_max : {std::size_t{1}, std::size_t{600}, limits::entries_bytes_max}) {
          const EntryRange range{after, before, limit};
          const EntriesView stored = read(range, bytes_max);
          for (std::uint32_t from = 0; from < tails.size(); ++from) {
            const auto known = answer(tails[from], range, bytes_max);
            const bool knows_places = (!after || after->seq >= from) && (!before || before->seq >= from) && (after || before || from == 0);
            const bool stops_for_an_entry_before =  // which does not fit, but only the store knows its size
                before && !after && stored.from.seq == from && stored.entries.size() < limit && stored.rest == EntriesView::Rest::more;
            const bool is_within =
                stored.history == EntriesView::History::continued && stored.from.seq >= from && !stops_for_an_entry_before;
            ASSERT_EQ(known.has_value(), is_within && knows_places) << "tail from " << from << ", after " << shown(after) << ", before "
                                                                    << shown(before) << ", limit " << limit << ", bytes " << bytes_max;
            if (!known) continue;
            ++answers;
            ASSERT_EQ(json_of(*known), json_of(stored));
            ASSERT_EQ(known->digest, stored.digest);
            ASSERT_EQ(known->from_digest, stored.from_digest);
          }
        }
      }
    }
  }
  EXPECT_GT(answers, 1000u);
}

TEST_F(EntryTailTest, cores_are_the_stores_to_give) {
  const EntryTail tail(read(from_on(0)));
  EXPECT_FALSE(answer(tail, {{}, {}, 10, EntryRange::Cores::included}, limits::entries_bytes_max));
}

TEST_F(EntryTailTest, a_tail_that_grew_is_the_tail_that_was_read_whole) {
  EntryTail grown(read(from_on(0, 2)));
  for (std::uint32_t seq = 3; seq <= log.size(); ++seq) {
    auto view = service::entry_view(session, log[seq - 1], world.store.entries_of(world.number_of(session))[seq - 1].size_bytes()).value();
    view.json = api::entry_json(view, session);
    grown.push(view);
  }
  const EntryTail whole(read(from_on(0)));
  for (std::uint32_t first = 0; first <= log.size(); ++first) {
    const auto one = answer(grown, from_on(first), limits::entries_bytes_max);
    const auto other = answer(whole, from_on(first), limits::entries_bytes_max);
    ASSERT_TRUE(one && other);
    EXPECT_EQ(json_of(*one), json_of(*other));
  }
}

TEST(LongEntryTail, it_keeps_the_newest_within_its_limits_and_stays_true) {
  World world;
  const SessionId session = world.create();
  for (int count = 0; count < 400; ++count)
    world.send("doctor", session, std::string(static_cast<std::size_t>(count % 90) + 1, 'x')).value();
  const auto number = world.number_of(session);
  const auto read = [&](const EntryRange& range) {
    std::optional<Result<EntriesView>> view;
    EXPECT_TRUE(world.store.read(
        [&](store::LogReader& reader) { view = service::read_range(reader, {session, number}, range, limits::entries_bytes_max); }));
    world.run();
    return view->value();
  };
  const EntriesView all = read(from_on(0));
  EntryTail tail(read(from_on(0, 1)));
  std::size_t most = 0;
  for (std::size_t index = 1; index < all.entries.size(); ++index) {
    tail.push(all.entries[index]);
    most = std::max(most, tail.bytes());
  }
  EXPECT_EQ(tail.last_seq(), all.to.seq);
  EXPECT_LE(most, 2 * limits::entry_tail_bytes_max + 1000) << "what has gone is freed when it is half of all";
  const auto newest = tail.answer(session, {{}, LogPlace{limits::seq_max, {}}, 20}, limits::entries_bytes_max);
  ASSERT_TRUE(newest);
  EXPECT_EQ(newest->count, 20u);
  EXPECT_EQ(json_of(*newest), json_of(read({{}, LogPlace{limits::seq_max, {}}, 20})));
  EXPECT_FALSE(tail.answer(session, from_on(0), limits::entries_bytes_max));
}

// The same through the service: `refuse_read_jobs` shows which reads need the store.
class KnownEntries : public ::testing::Test {
 protected:
  KnownEntries() : session(world.create()) {
    message = world.send("doctor", session, "secret").value();
    world.send("patient", session, "other").value();
  }
  [[nodiscard]] Result<EntriesView> read(const EntryRange& range = {{}, {}, 100}) { return world.entries("patient", session, range); }
  [[nodiscard]] Result<EntriesView> read_without_store(const EntryRange& range = {{}, {}, 100}) {
    world.store.refuse_read_jobs(true);
    auto result = read(range);
    world.store.refuse_read_jobs(false);
    return result;
  }

  World world;
  SessionId session;
  domain::MessageView message;
};

TEST_F(KnownEntries, are_answered_without_the_store_after_the_first_read_and_grow_with_the_log) {
  EXPECT_EQ(read_without_store().error().code, ErrorCode::overloaded);
  const std::string first = json_of(read().value());
  EXPECT_EQ(json_of(read_without_store().value()), first);
  world.send("doctor", session, "new").value();
  const std::string second = json_of(read_without_store().value());
  EXPECT_NE(second.find("\"new\""), std::string::npos);
  world.restart();
  EXPECT_EQ(json_of(read().value()), second);
}

TEST_F(KnownEntries, a_deleted_text_is_in_no_answer_from_the_moment_of_its_deletion) {
  EXPECT_NE(json_of(read().value()).find("secret"), std::string::npos);
  world.remove("doctor", message.id.to_string()).value();
  EXPECT_EQ(read_without_store().error().code, ErrorCode::overloaded) << "the tail went with the text";
  EXPECT_EQ(json_of(read().value()).find("secret"), std::string::npos);
  EXPECT_EQ(json_of(read_without_store().value()).find("secret"), std::string::npos);
}

TEST_F(KnownEntries, a_tail_that_nobody_reads_is_dropped) {
  read().value();
  for (std::uint32_t count = 0; count <= limits::entry_tail_unread_max; ++count) world.send("doctor", session, "x").value();
  EXPECT_EQ(read_without_store().error().code, ErrorCode::overloaded);
}

TEST_F(KnownEntries, are_the_stores_alone_where_others_write_the_log_too) {
  world.store.let_others_write({.noticed = store::ForeignWrites::Noticed::by_itself}, [](const SessionId&) {});
  read().value();
  EXPECT_EQ(read_without_store().error().code, ErrorCode::overloaded);
}

TEST_F(KnownEntries, serve_a_resume_too) {
  Room room;
  room.world.send("doctor", room.session, "before").value();
  const auto resume = [&](Socket& socket, std::uint64_t ack) {
    socket.emit("join-session", R"({"sessionId":")" + room.session.to_string() + R"(","after":1})", ack);
    room.run();
    return socket.take();
  };
  auto again = room.world.connect("patient");
  EXPECT_THAT(resume(*again, 1), ::testing::Contains(::testing::HasSubstr("before")));
  room.world.store.refuse_read_jobs(true);
  auto third = room.world.connect("patient");
  EXPECT_THAT(resume(*third, 2), ::testing::Contains(::testing::HasSubstr("before")));
}

}  // namespace
}  // namespace parley::test
