// The log by position: each range is dense and begins at the requested place, and a client with the position before it can verify it.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

#include "base/limits.hpp"
#include "service/use_cases/entries.hpp"
#include "unit/service/world.hpp"

namespace parley::test {
namespace {

using domain::EntriesView;
using domain::EntryKind;
using domain::EntryRange;
using domain::EntryView;
using domain::LogPlace;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

EntryRange after(std::uint32_t seq, std::uint32_t limit = 100) {
  return {LogPlace{seq, {}}, {}, limit, EntryRange::Cores::included};
}
EntryRange before(std::uint32_t seq, std::uint32_t limit = 100) {
  return {{}, LogPlace{seq, {}}, limit, EntryRange::Cores::included};
}
LogPlace place(const domain::Position& position) {
  return {position.seq, position.proof};
}

/// Checks like a client: the cores lead from the digest at `from` to the one at `to`, seq is dense, and the count is right.
void expect_proof(const EntriesView& view, const std::vector<domain::Entry>& log) {
  Digest32 digest = view.from.seq == 0 ? domain::genesis(view.session).digest : log[view.from.seq - 1].trailer.digest;
  EXPECT_EQ(view.from, domain::Position::at(view.from.seq, digest));
  std::uint32_t seq = view.from.seq;
  for (const EntryView& entry : view.entries) {
    digest = domain::next_digest(digest, entry.core);
    EXPECT_EQ(entry.position, domain::Position::at(++seq, digest));
  }
  EXPECT_EQ(view.to, domain::Position::at(seq, digest));
  EXPECT_EQ(view.digest, digest);
}

std::vector<std::uint32_t> seqs_of(const EntriesView& view) {
  std::vector<std::uint32_t> seqs;
  for (const EntryView& entry : view.entries) seqs.push_back(entry.position.seq);
  return seqs;
}

/// The log is: created, first join, "a", "b", deletion of "a", "c", ended.
class Entries : public ::testing::Test {
 protected:
  Entries() : session(world.create()) {
    world.start("doctor", session).value();
    const auto first = world.send("doctor", session, "a", "key-a").value();
    world.send("patient", session, "b").value();
    world.remove("doctor", first.id.to_string()).value();
    world.send("doctor", session, "c").value();
    world.end("doctor", session).value();
    log = world.log_of(session);
    deleted = first.id;
  }
  EntriesView read(const EntryRange& range) { return world.entries("patient", session, range).value(); }

  World world;
  SessionId session;
  std::vector<domain::Entry> log;
  ObjectId deleted;
};

TEST(EntriesOfOneMillisecond, are_walked_back_by_position_without_a_gap_where_pages_by_time_skip_some) {
  World world;
  const SessionId session = world.create();
  std::vector<std::string> texts;
  for (int number = 0; number < 120; ++number) texts.push_back("message " + std::to_string(number));
  for (const std::string& text : texts) world.send("doctor", session, text).value();

  std::vector<std::string> by_time;
  for (std::optional<Timestamp> oldest;;) {
    const auto page = world.page("doctor", {field(session), 1, 10, oldest}).value();
    if (page.messages.empty()) break;
    for (const auto& message : page.messages) by_time.push_back(message.text);
    oldest = page.messages.front().timestamp;
  }
  EXPECT_THAT(by_time, SizeIs(10)) << "strictly older than their millisecond there is none";

  std::vector<std::string> by_position;
  for (std::uint32_t oldest = 122; oldest > 1;) {
    const auto view = world.entries("doctor", session, before(oldest, 10)).value();
    ASSERT_FALSE(view.entries.empty());
    std::vector<std::string> some;
    for (const EntryView& entry : view.entries) {
      if (const auto* text = std::get_if<domain::MessageView>(&entry.content)) some.push_back(text->text);
    }
    by_position.insert(by_position.begin(), some.begin(), some.end());
    oldest = view.entries.front().position.seq;
  }
  EXPECT_EQ(by_position, texts);
}

TEST_F(Entries, show_each_kind_as_participants_may_see_it) {
  const EntriesView all = read({{}, {}, 100});
  ASSERT_THAT(all.entries, SizeIs(7));
  EXPECT_EQ(all.rest, EntriesView::Rest::none);
  EXPECT_THAT(std::get<EntryView::Created>(all.entries[0].content).participants, SizeIs(2));
  const auto& joined = std::get<domain::ParticipantChange>(all.entries[1].content);
  EXPECT_EQ(joined.kind, domain::ParticipantChangeKind::first_join);
  EXPECT_EQ(joined.participant.role.name, "doctor");
  const auto& gone = std::get<domain::MessageView>(all.entries[2].content);
  EXPECT_EQ(gone.presence, domain::MessageView::Presence::deleted);
  EXPECT_EQ(gone.text, "") << "P7: in no answer";
  EXPECT_EQ(gone.client_message_id, "") << "erased with the body";
  EXPECT_EQ(std::get<domain::MessageView>(all.entries[3].content).text, "b");
  EXPECT_EQ(std::get<EntryView::Deleted>(all.entries[4].content).message, deleted);
  EXPECT_EQ(std::get<EntryView::Ended>(all.entries[6].content).ended_by, world.caller("doctor").user.id);
  for (const EntryView& entry : all.entries) EXPECT_THAT(entry.core, IsEmpty()) << "not asked for";
}

TEST_F(Entries, of_every_stretch_prove_themselves) {
  const auto size = static_cast<std::uint32_t>(log.size());
  for (std::uint32_t first = 0; first <= size; ++first) {
    for (std::uint32_t limit = 1; limit <= size + 1; ++limit) {
      const EntriesView onwards = read(after(first, limit));
      expect_proof(onwards, log);
      EXPECT_EQ(onwards.from.seq, first);
      EXPECT_EQ(onwards.entries.size(), std::min(limit, size - first));
      EXPECT_EQ(onwards.rest == EntriesView::Rest::more, first + limit < size);
      const EntriesView backwards = read(before(first, limit));
      expect_proof(backwards, log);
      const std::uint32_t older = first == 0 ? 0 : first - 1;
      EXPECT_EQ(backwards.to.seq, older);
      EXPECT_EQ(backwards.entries.size(), std::min(limit, older));
      EXPECT_EQ(backwards.rest == EntriesView::Rest::more, limit < older);
    }
  }
}

TEST_F(Entries, before_the_end_and_beyond_are_the_last_ones) {
  for (const std::uint32_t seq : {8u, 9u, limits::seq_max}) {
    const EntriesView newest = read(before(seq, 2));
    EXPECT_THAT(seqs_of(newest), ElementsAre(6, 7));
    EXPECT_EQ(newest.history, EntriesView::History::continued);
  }
}

TEST_F(Entries, between_two_places_lie_outside_neither) {
  EntryRange range = after(2, 2);
  range.before = LogPlace{6, {}};
  EXPECT_THAT(seqs_of(read(range)), ElementsAre(3, 4));
  EXPECT_EQ(read(range).rest, EntriesView::Rest::more);
  range.limit = 3;
  EXPECT_THAT(seqs_of(read(range)), ElementsAre(3, 4, 5));
  EXPECT_EQ(read(range).rest, EntriesView::Rest::none);
  range.before = LogPlace{2, {}};
  EXPECT_THAT(read(range).entries, IsEmpty()) << "the places are the wrong way round: there is nothing between";
  EXPECT_EQ(read(range).from.seq, 2u);
}

TEST_F(Entries, after_a_position_of_another_history_begin_anew) {
  const domain::Position there = log[3].position();
  EXPECT_EQ(read({place(there), {}, 100}).history, EntriesView::History::continued);
  for (const LogPlace& foreign : {LogPlace{there.seq, there.proof ^ 1}, LogPlace{0, 1}, LogPlace{8, {}}, LogPlace{limits::seq_max, {}}}) {
    const EntriesView anew = read({foreign, {}, 3, EntryRange::Cores::included});
    EXPECT_EQ(anew.history, EntriesView::History::reset);
    EXPECT_THAT(seqs_of(anew), ElementsAre(1, 2, 3));
    expect_proof(anew, log);
    const bool claims_something = foreign.proof || foreign.seq <= log.size();
    EXPECT_EQ(read({{}, foreign, 3}).history == EntriesView::History::reset, claims_something);
  }
  EXPECT_EQ(read({place(domain::genesis(session).position()), {}, 1}).history, EntriesView::History::continued);
}

TEST_F(Entries, that_do_not_fit_are_left_for_the_next_answer) {
  const auto number = world.number_of(session);
  const auto read_within = [&](const EntryRange& range, std::size_t bytes_max) {
    std::optional<Result<EntriesView>> view;
    EXPECT_TRUE(
        world.store.read([&](store::LogReader& reader) { view = service::read_range(reader, {session, number}, range, bytes_max); }));
    world.run();
    return view->value();
  };
  EXPECT_THAT(seqs_of(read_within(after(0), 1)), ElementsAre(1)) << "one entry always goes";
  EXPECT_THAT(seqs_of(read_within(before(5), 1)), ElementsAre(4));
  const auto stored = world.store.entries_of(number);
  const std::size_t two = stored[2].size_bytes() + stored[3].size_bytes();
  EXPECT_THAT(seqs_of(read_within(after(2), two)), ElementsAre(3, 4));
  EXPECT_THAT(seqs_of(read_within(after(2), two - 1)), ElementsAre(3));
  EXPECT_THAT(seqs_of(read_within(before(5), two)), ElementsAre(3, 4));
  EXPECT_EQ(read_within(after(2), two).rest, EntriesView::Rest::more);
  EXPECT_EQ(read_within(before(5), two).rest, EntriesView::Rest::more);
}

TEST_F(Entries, are_for_participants_and_a_bad_range_is_told_to_them_only) {
  const auto refusal = [&](const std::string& name, const SessionId& id, Result<EntryRange> range) {
    const auto result = world.entries(name, id, std::move(range));
    return result ? "read" : result.error().message;
  };
  const Result<EntryRange> bad = refuse(ErrorCode::invalid_argument, "Invalid after");
  EXPECT_EQ(refusal("stranger", session, after(0)), "Unauthorized access to session");
  EXPECT_EQ(refusal("admin", session, after(0)), "Unauthorized access to session");
  EXPECT_EQ(refusal("stranger", session, bad), "Unauthorized access to session");
  EXPECT_EQ(refusal("doctor", SessionId(), bad), "Session not found");
  EXPECT_EQ(refusal("doctor", session, bad), "Invalid after");
  EXPECT_EQ(refusal("doctor", session, after(0)), "read");
}

TEST_F(Entries, of_a_damaged_log_are_refused_not_left_out) {
  world.store.corrupt(world.number_of(session), 4);
  EXPECT_EQ(world.entries("doctor", session, after(0)).error().code, ErrorCode::log_corrupt);
  EXPECT_EQ(world.entries("doctor", session, after(4)).error().code, ErrorCode::log_corrupt) << "it proves nothing about what follows";
  EXPECT_TRUE(world.entries("doctor", session, after(5)).has_value());
}

TEST_F(Entries, when_the_readers_are_overloaded_are_refused) {
  world.get("doctor", session).value();
  world.store.refuse_read_jobs(true);
  EXPECT_EQ(world.entries("doctor", session, after(0)).error().code, ErrorCode::overloaded);
}

TEST(EntriesOfASocket, are_asked_for_a_few_at_a_time) {
  Room room;
  const auto ask = [&](std::uint64_t ack) { room.doctor->emit("entries", session_json(room.session), ack); };
  room.world.store.hold_reads();
  for (std::uint64_t ack = 1; ack <= limits::socket_entries_waiting_max; ++ack) ask(ack);
  room.run();
  EXPECT_THAT(room.doctor->take(), IsEmpty());
  ask(99);
  room.run();
  EXPECT_THAT(room.doctor->take(), ElementsAre(::testing::AllOf(Contains("4399["), Contains("\"code\":\"overloaded\""))));
  room.world.store.release_reads();
  room.run();
  EXPECT_THAT(room.doctor->take(), SizeIs(limits::socket_entries_waiting_max));
  ask(100);
  room.run();
  EXPECT_THAT(room.doctor->take(), ElementsAre(Contains("43100[{\"success\":true")));
}

// A read of the store would be visible in the room, because the room receives the entries it finds.
TEST(EntriesOfASocket, are_not_read_for_one_that_has_gone) {
  Room room;
  room.world.intrude(room.session, room.world.text_of("patient", "from elsewhere"));
  room.world.store.hold_reads();
  room.patient->emit("entries", session_json(room.session), 1);
  room.run();
  room.patient->disconnect();
  room.world.store.release_reads();
  room.run();
  EXPECT_THAT(room.doctor->take("chat-message"), IsEmpty());
}

/// A session with `texts` texts of 30,000 bytes each.
class LongEntries : public ::testing::Test {
 protected:
  LongEntries() : session(world.create()) {
    for (std::size_t count = 0; count < texts; ++count) world.intrude(session, world.text_of("doctor", std::string(30'000, 'x')));
    log = world.log_of(session);
  }
  EntriesView read(const EntryRange& range) { return world.entries("patient", session, range).value(); }
  [[nodiscard]] std::size_t bytes_of(const EntriesView& view) const {
    std::size_t bytes = 0;
    for (const EntryView& entry : view.entries) bytes += std::get_if<domain::MessageView>(&entry.content) == nullptr ? 0 : 30'000;
    return bytes;
  }

  /// Each text has less than a fiftieth of its size in other stored bytes.
  [[nodiscard]] std::size_t stored_bytes_of(const EntriesView& view) const { return bytes_of(view) / 50 * 51; }

  static constexpr std::size_t texts = 160;
  World world;
  SessionId session;
  std::vector<domain::Entry> log;
};

TEST_F(LongEntries, over_http_are_bounded_in_bytes_and_read_on_without_a_gap) {
  std::vector<std::uint32_t> seqs;
  for (std::uint32_t from = 0;;) {
    const EntriesView page = read(after(from, 1000));
    expect_proof(page, log);
    EXPECT_LE(bytes_of(page), limits::entries_bytes_max);
    std::ranges::copy(seqs_of(page), std::back_inserter(seqs));
    from = page.to.seq;
    if (page.rest == EntriesView::Rest::none) break;
    EXPECT_GT(stored_bytes_of(page) + 31'000, limits::entries_bytes_max) << "as many as fit";
  }
  ASSERT_EQ(seqs.size(), log.size());
  EXPECT_EQ(seqs.back(), log.size());
}

TEST_F(LongEntries, before_a_place_are_the_newest_that_fit) {
  const auto end = static_cast<std::uint32_t>(log.size()) + 1;
  const EntriesView newest = read(before(end, 1000));
  expect_proof(newest, log);
  EXPECT_EQ(newest.to.seq, end - 1);
  EXPECT_EQ(newest.rest, EntriesView::Rest::more);
  EXPECT_LE(bytes_of(newest), limits::entries_bytes_max);
  EXPECT_GT(stored_bytes_of(newest) + 31'000, limits::entries_bytes_max);
  EXPECT_EQ(read(before(newest.from.seq + 1, 1000)).to.seq, newest.from.seq);
}

}  // namespace
}  // namespace parley::test
