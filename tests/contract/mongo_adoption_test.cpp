// The data of an earlier server enters the log completely, once and in order (docs/guide/adopting.md). Adoptions that are interrupted
// or that run again are in mongo_adoption_again_test.cpp.
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "contract/adoption_fixture.hpp"
#include "domain/created.hpp"

namespace parley::test {

namespace {

using domain::EntryKind;
using domain::SessionRow;
using domain::SessionStatus;
using mongo::Document;
using testing::ElementsAre;

}  // namespace

INSTANTIATE_TEST_SUITE_P(Servers, MongoAdoption, testing::Values(Kind::standalone, Kind::replica_set), name_of_kind);

TEST_P(MongoAdoption, a_session_without_messages_is_taken_as_it_was_created) {
  const OldSession session = old.session();
  old.write(session);
  const SessionRow row = found(session);
  EXPECT_EQ(row.id, session.id);
  EXPECT_EQ(row.object_id, session.object_id);
  EXPECT_EQ(row.status, SessionStatus::created);
  EXPECT_EQ(row.created_at, session.created_at);
  EXPECT_THAT(row.participants, ElementsAre(domain::Participant{user_id(1), {"doctor"}}, domain::Participant{user_id(2), {"patient"}}));
  EXPECT_NE(row.secret, Secret32{});
  const auto log = old.log_of(session);
  EXPECT_EQ(shape_of(log), "created adopted");
  EXPECT_EQ(*domain::read_created_row(log.front()), row);
  EXPECT_EQ(found(session), row);
  EXPECT_EQ(old.log_of(session).size(), 2u);
}

TEST_P(MongoAdoption, messages_keep_their_id_time_sender_type_and_text) {
  const OldSession session = old.session();
  old.write(session);
  const std::string text = "  <b>two\nlines</b> \x01 🙂";
  const ObjectId id = old.text(session, text, at_ms(500), 2);
  Document system = old.message(session, old.next_id(), at_ms(600));
  system.text("senderRole", "doctor").text("message", "The call has started").text("messageType", "system");
  old.insert(mongo::collection::chat, system);
  static_cast<void>(found(session));
  const auto log = old.log_of(session);
  ASSERT_EQ(log.size(), 4u);
  const domain::Entry& first = log[2];
  EXPECT_EQ(first.core.flags, domain::flag_adopted);
  EXPECT_EQ(*domain::read_adopted_id(first.core), id);
  EXPECT_EQ(*domain::read_original_time(first.core), at_ms(500));
  EXPECT_EQ(first.core.timestamp, at_ms(500));
  EXPECT_EQ(first.core.sender, user_id(2));
  EXPECT_EQ(first.core.sender_role.name, "patient");
  EXPECT_EQ(first.body->text, text);
  EXPECT_EQ(log[3].body->message_type, domain::MessageType::system);
  EXPECT_EQ(old.seq_of(id), 3);
}

TEST_P(MongoAdoption, the_first_entry_says_how_many_follow_and_which_is_the_last) {
  const OldSession session = old.session();
  old.write(session);
  const auto ids = old.texts(session, 1, 20);
  static_cast<void>(found(session));
  const auto log = old.log_of(session);
  ASSERT_EQ(log[1].core.kind, EntryKind::adopted);
  EXPECT_EQ(*log[1].body->attribute("messages"), "20");
  EXPECT_EQ(*log[1].body->attribute("last"), ids.back().to_string());
  expect_adopted(session, ids);
}

TEST_P(MongoAdoption, start_and_end_stand_where_their_times_are) {
  OldSession session = old.session();
  session.status = "ended";
  session.started_at = at_ms(2000);
  session.ended_at = at_ms(4000);
  old.write(session);
  const auto ids = old.texts(session, 1, 5);
  const SessionRow row = found(session);
  EXPECT_EQ(row.status, SessionStatus::ended);
  EXPECT_EQ(row.started_at, session.started_at);
  EXPECT_EQ(row.ended_at, session.ended_at);
  const auto log = old.log_of(session);
  EXPECT_EQ(shape_of(log), "created adopted text participant text ended text");  // earlier servers accepted messages after the end
  const auto end = std::ranges::find(log, EntryKind::ended, [](const domain::Entry& entry) { return entry.core.kind; });
  EXPECT_EQ(end->core.timestamp, at_ms(4000));
  expect_adopted(session, ids);
}

TEST_P(MongoAdoption, start_and_end_stand_there_however_many_pages_the_messages_fill) {
  OldSession session = old.session();
  session.status = "ended";
  session.started_at = at_ms(2000);
  session.ended_at = at_ms(4000);
  old.write(session);
  const auto ids = old.texts(session, 1, 5);
  Node pages(pool(), clock, 8, 2);
  const auto row = pages.find(session);
  ASSERT_TRUE(row && *row);
  EXPECT_EQ((*row)->started_at, session.started_at);
  EXPECT_EQ((*row)->ended_at, session.ended_at);
  EXPECT_EQ(shape_of(old.log_of(session)), "created adopted text participant text adopted text ended adopted text");
  expect_adopted(session, ids);
}

TEST_P(MongoAdoption, what_is_active_has_started_and_an_end_without_a_time_is_the_last_entry) {
  OldSession active = old.session();
  active.status = "active";
  old.write(active);
  EXPECT_EQ(found(active).started_at, active.created_at);
  OldSession ended = old.session();
  ended.status = "ended";
  old.write(ended);
  static_cast<void>(old.texts(ended, 1, 3));
  EXPECT_EQ(found(ended).ended_at, at_ms(3000));
  EXPECT_EQ(shape_of(old.log_of(ended)), "created adopted text ended");
}

TEST_P(MongoAdoption, messages_of_one_millisecond_stand_in_the_order_of_their_ids) {
  const OldSession session = old.session();
  old.write(session);
  std::vector<ObjectId> ids;
  for (int count = 0; count < 40; ++count) ids.push_back(old.text(session, "same time", at_ms(1000)));
  Node pages(pool(), clock, 8, 7);
  ASSERT_TRUE(pages.find(session).has_value());
  expect_adopted(session, ids);
}

TEST_P(MongoAdoption, a_time_before_the_one_before_is_raised_and_one_in_the_future_lowered) {
  const OldSession session = old.session();
  old.write(session);
  const ObjectId early = old.text(session, "before the session", at_ms(-5000));
  const ObjectId late = old.text(session, "in the future", clock.now() + std::chrono::hours{100});
  static_cast<void>(found(session));
  const auto log = old.log_of(session);
  EXPECT_EQ(adopted_ids(log), (std::vector{early, late}));
  EXPECT_EQ(log[2].core.timestamp, session.created_at);
  EXPECT_EQ(*domain::read_original_time(log[2].core), at_ms(-5000));
  EXPECT_EQ(log[3].core.timestamp, clock.now());
}

TEST_P(MongoAdoption, what_cannot_be_adopted_is_left_as_it_is_and_named) {
  const OldSession session = old.session();
  old.write(session);
  const ObjectId good = old.text(session, std::string(limits::message_utf16_units_max, 'x'), at_ms(1000));
  const auto add = [&](Document document) { old.insert(mongo::collection::chat, document); };
  const auto begin = [&](std::int64_t time) { return old.message(session, old.next_id(), at_ms(time)); };
  static_cast<void>(old.text(session, std::string(limits::message_utf16_units_max + 1, 'x'), at_ms(1)));
  add(std::move(begin(2).text("senderRole", "doctor").text("message", "no type")));
  add(std::move(begin(3).text("senderRole", "nurse").text("message", "x").text("messageType", "text")));
  add(std::move(begin(4).text("senderRole", "doctor").int32("message", 7).text("messageType", "text")));
  add(std::move(begin(5).text("senderRole", "doctor").text("message", "x").text("messageType", "image")));
  Document foreign;
  foreign.id("_id", old.next_id()).text("sessionId", session.id.to_string()).text("senderId", "two\nlines").text("senderRole", "doctor");
  foreign.text("message", "x").text("messageType", "text").text("timestamp", "yesterday");
  add(std::move(foreign));
  const auto adoption = node.adopt(old.session_document(session));
  ASSERT_TRUE(adoption.has_value());
  EXPECT_EQ(adoption->messages, 1u);
  std::vector<std::string> reasons;
  for (const mongo::LeftAlone& each : adoption->left_alone) reasons.push_back(each.reason);
  EXPECT_THAT(reasons, testing::UnorderedElementsAre("message is longer than 10000 characters", "messageType is missing",
                                                     "senderRole is no role of this deployment", "message is a number, not a string",
                                                     "messageType is neither text nor system",
                                                     "senderId is not 1 to 64 bytes of UTF-8 without control characters"));
  expect_adopted(session, {good});
  static_cast<void>(found(session));
  EXPECT_EQ(old.log_of(session).size(), 3u);
}

TEST_P(MongoAdoption, a_session_that_cannot_be_adopted_is_not_found_and_named) {
  OldSession session = old.session();
  session.status = "paused";
  old.write(session);
  const auto row = node.find(session);
  ASSERT_TRUE(row.has_value());
  EXPECT_FALSE(*row);
  const auto adoption = node.adopt(old.session_document(session));
  ASSERT_EQ(adoption->left_alone.size(), 1u);
  EXPECT_EQ(adoption->left_alone[0].id, session.object_id.to_string());
  EXPECT_EQ(adoption->left_alone[0].reason, "status is none of created, active, ended");
}

TEST_P(MongoAdoption, a_session_whose_field_parley_is_not_ours_is_left_alone) {
  OldSession session = old.session();
  old.write(session);
  Document foreign;
  foreign.text("parley", "x");
  old.change(session, foreign);
  const auto row = node.find(session);
  ASSERT_TRUE(row.has_value());
  EXPECT_FALSE(*row);
  const auto adoption = node.adopt(old.session_document(session));
  ASSERT_TRUE(adoption.has_value());
  ASSERT_EQ(adoption->left_alone.size(), 1u);
  EXPECT_EQ(adoption->left_alone[0].reason, "parley, which is Parley's own field, is a string, not an object");
}

TEST_P(MongoAdoption, messages_that_have_a_seq_of_their_own_are_named) {
  OldSession session = old.session();
  old.write(session);
  old.texts(session, 1, 2);
  const ObjectId id = old.next_id();
  Document marked = old.message(session, id, at_ms(2000));
  marked.text("seq", "mine");
  old.insert(mongo::collection::chat, marked);
  const auto adoption = node.adopt(old.session_document(session));
  ASSERT_TRUE(adoption.has_value());
  EXPECT_EQ(adoption->messages, 2u);
  ASSERT_EQ(adoption->left_alone.size(), 1u);
  EXPECT_EQ(adoption->left_alone[0].id, id.to_string());
  EXPECT_EQ(adoption->left_alone[0].reason, "seq, which is Parley's own field, is there (1 message)");
}

TEST_P(MongoAdoption, long_messages_come_whole_a_few_at_a_time) {
  const OldSession session = old.session();
  old.write(session);
  std::string longest;
  for (std::size_t count = 0; count < limits::message_utf16_units_max; ++count) longest += "世";
  std::vector<ObjectId> ids;
  for (int count = 0; count < 50; ++count) ids.push_back(old.text(session, longest, at_ms(1000 + count)));
  Node pages(pool(), clock, limits::mongo_document_entries_max, 1000, 7 * longest.size());
  ASSERT_TRUE(pages.find(session).has_value());
  expect_adopted(session, ids);
  for (const domain::Entry& entry : old.log_of(session)) {
    if (entry.core.kind == EntryKind::text) {
      EXPECT_EQ(entry.body->text, longest);
    }
  }
}

TEST_P(MongoAdoption, sessions_are_adopted_wherever_the_directory_meets_them) {
  OldSession session = old.session();
  old.write(session);
  const auto open = node.directory().open_sessions_of(user_id(1), std::nullopt, 1000);
  ASSERT_TRUE(open.has_value());
  EXPECT_EQ(std::ranges::count(open->sessions, session.id, &SessionRow::id), 1);
  OldSession another = old.session();
  old.write(another);
  const auto pair = node.directory().find_open_session(user_id(1), user_id(2));
  ASSERT_TRUE(pair && *pair);
  const auto before = node.directory().open_sessions_before(clock.now(), {}, 1000);
  ASSERT_TRUE(before.has_value());
  EXPECT_EQ(std::ranges::count(before->sessions, another.id, &SessionRow::id), 1);
  EXPECT_EQ(shape_of(old.log_of(another)), "created adopted");
}

TEST_P(MongoAdoption, a_message_is_found_by_the_id_it_kept) {
  const OldSession session = old.session();
  old.write(session);
  const ObjectId id = old.text(session, "delete me", at_ms(1000));
  const auto address = node.directory().find_message(id);
  ASSERT_TRUE(address && *address);
  EXPECT_EQ((*address)->session, found(session).number);
  EXPECT_EQ((*address)->seq, 3u);
  EXPECT_FALSE(*node.directory().find_message(old.next_id()));
}

TEST_P(MongoAdoption, a_row_without_a_log_is_adopted_when_its_creation_is_no_longer_on_its_way) {
  OldSession session = old.session();
  session.created_at = clock.now();
  old.write(session);
  Document parley;
  parley.int64("number", 0x1234500000 + old.next_id().bytes[11]).int32("seq", 1);
  Document fields;
  fields.document("parley", parley);
  old.change(session, fields);
  EXPECT_FALSE(*node.find(session));
  clock.advance(limits::mongo_stray_write_life);
  EXPECT_EQ(found(session).status, SessionStatus::created);
  EXPECT_EQ(shape_of(old.log_of(session)), "created adopted");
}

TEST_P(MongoAdoption, a_number_under_which_another_session_has_its_log_is_given_up) {
  const OldSession first = old.session();
  old.write(first);
  const std::uint64_t taken = found(first).number.value;
  const OldSession second = old.session();
  old.write(second);
  Document parley;
  parley.int64("number", static_cast<std::int64_t>(taken));
  Document fields;
  fields.document("parley", parley);
  old.change(second, fields);
  const auto ids = old.texts(second, 1, 3);
  EXPECT_NE(found(second).number.value, taken);
  expect_adopted(second, ids);
  EXPECT_EQ(old.log_of(first).size(), 2u);
}

}  // namespace parley::test
