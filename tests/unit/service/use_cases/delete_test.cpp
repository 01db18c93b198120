// Deletion of a message (docs/api-contract.md §4.4): the permissions, the data that stays, and the text's absence from all later answers.
#include <gtest/gtest.h>

#include "domain/extensions.hpp"
#include "unit/service/world.hpp"

namespace parley::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Delete : public ::testing::Test {
 protected:
  std::string send(const std::string& text, const std::string& name = "doctor") {
    const auto id = room.world.send(name, room.session, text)->id.to_string();
    room.doctor->take(), room.patient->take();
    return id;
  }
  std::string refusal(const std::string& name, const std::string& message) {
    const auto result = room.world.remove(name, message);
    return result ? "deleted" : result.error().message;
  }

  Room room;
};

TEST_F(Delete, the_room_hears_who_deleted_what) {
  const std::string message = send("gone soon");
  room.world.clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(refusal("doctor", message), "deleted");
  const std::string event = "42[\"chat-message-deleted\",{\"id\":\"" + message + "\",\"sessionId\":\"" + room.session.to_string() +
                            "\",\"seq\":4,\"deletedBy\":\"" + room.world.authenticator.users["doctor"].id.to_string() +
                            "\",\"timestamp\":\"2026-01-01T00:00:01.000Z\",\"prev\":3}]";
  EXPECT_THAT(room.doctor->take(), ElementsAre(event));
  EXPECT_THAT(room.patient->take(), ElementsAre(event));
}

TEST_F(Delete, the_text_is_in_no_answer_and_in_no_entry_from_then_on) {
  const std::string message = send("gone soon");
  send("stays");
  EXPECT_EQ(refusal("doctor", message), "deleted");
  for (const bool restarted : {false, true}) {
    if (restarted) room.world.restart();
    EXPECT_THAT(room.world.texts(room.session), ElementsAre("stays"));
    service::ReadPage page;
    page.session = field(room.session);
    EXPECT_EQ(room.world.page("doctor", page)->total_messages, 1u);
    EXPECT_EQ(room.world.stats("doctor", room.session)->total_messages, 1u);
    EXPECT_EQ(refusal("doctor", message), "Message not found") << "a second time";
  }
  for (const auto& entry : room.world.store.entries_of(room.world.number_of(room.session))) {
    EXPECT_EQ((entry.core + entry.body + entry.trailer).find("gone soon"), std::string::npos);
  }
}

TEST_F(Delete, the_entry_is_the_audit_record) {
  const std::string message = send("gone soon", "patient");
  EXPECT_EQ(refusal("admin", message), "deleted");
  const auto entry = room.world.log_of(room.session).back();
  EXPECT_EQ(entry.core.kind, domain::EntryKind::deleted);
  EXPECT_EQ(entry.core.sender, room.world.authenticator.users["admin"].id);
  EXPECT_EQ(entry.core.sender_role.name, "admin");
  EXPECT_EQ(domain::read_target_id(entry.core)->to_string(), message);
  EXPECT_EQ(*domain::read_target_seq(entry.core), 3u);
  EXPECT_EQ(*entry.body->attribute("email"), "admin@example.org");
  EXPECT_EQ(*entry.body->attribute("address"), "192.0.2.1");
  EXPECT_EQ(*entry.body->attribute("userAgent"), "test");
}

TEST_F(Delete, is_the_right_of_the_sender_and_of_admins) {
  const std::string message = send("mine");
  EXPECT_EQ(refusal("patient", message), "Unauthorized to delete this message") << "though a participant";
  EXPECT_EQ(refusal("stranger", message), "Unauthorized to delete this message");
  EXPECT_THAT(room.patient->take(), IsEmpty());
  EXPECT_EQ(refusal("doctor", message), "deleted");
}

TEST_F(Delete, what_is_no_message_is_not_found) {
  const std::string message = send("here");
  const auto log = room.world.log_of(room.session);
  std::string other_time = message;
  other_time[0] = other_time[0] == '0' ? '1' : '0';
  std::string beyond = message;
  beyond.back() = 'f';
  for (const std::string& id : {std::string(""), std::string("nonsense"), std::string(24, 'z'), std::string(24, '0'), std::string(24, 'f'),
                                message + "0", other_time, beyond, log[0].core.id.to_string(), log[1].core.id.to_string()}) {
    EXPECT_EQ(refusal("admin", id), "Message not found") << id;
  }
  EXPECT_THAT(room.world.texts(room.session), ElementsAre("here"));
}

TEST_F(Delete, of_a_deletion_is_not_found) {
  EXPECT_EQ(refusal("doctor", send("x")), "deleted");
  EXPECT_EQ(refusal("admin", room.world.log_of(room.session).back().core.id.to_string()), "Message not found");
}

TEST_F(Delete, goes_on_after_the_end) {
  const std::string message = send("mine");
  room.world.end("doctor", room.session).value();
  EXPECT_EQ(refusal("doctor", message), "deleted");
  EXPECT_EQ(room.world.get("doctor", room.session)->row.status, domain::SessionStatus::ended);
}

TEST_F(Delete, of_the_same_message_twice_at_once_deletes_once) {
  const std::string message = send("mine");
  room.world.store.hold_commits();
  const auto one = room.world.start_remove("doctor", message, 0);
  const auto two = room.world.start_remove("admin", message, 1);
  room.run();
  room.world.store.release_commits();
  room.run();
  const int deleted = (*one)->has_value() + (*two)->has_value();
  EXPECT_EQ(deleted, 1);
  EXPECT_EQ(room.world.stats("doctor", room.session)->total_messages, 0u);
  EXPECT_THAT(room.patient->take(), SizeIs(1));
}

TEST_F(Delete, of_a_message_still_in_flight_waits_for_it) {
  // A client cannot know the id of a message in flight, so this deletes an earlier one. The deletion must wait for the send.
  const std::string first = send("first");
  room.world.store.hold_commits();
  const auto sent = room.world.start_send("doctor", room.session, "second");
  const auto removed = room.world.start_remove("doctor", first);
  room.run();
  room.world.store.release_commits();
  room.run();
  EXPECT_TRUE((*sent)->has_value());
  EXPECT_TRUE((*removed)->has_value());
  EXPECT_THAT(room.world.texts(room.session), ElementsAre("second"));
  EXPECT_EQ(room.world.stats("doctor", room.session)->first_message_at, (*sent)->value().timestamp);
}

TEST_F(Delete, that_fails_leaves_the_message) {
  const std::string message = send("still here");
  room.world.store.fail_next({ErrorCode::store_failed, "The store failed", {}});
  EXPECT_EQ(room.world.remove("doctor", message).error().code, ErrorCode::store_failed);
  EXPECT_THAT(room.world.texts(room.session), ElementsAre("still here"));
  room.world.store.fail_reads({ErrorCode::store_failed, "The store failed", {}});
  EXPECT_EQ(room.world.remove("doctor", message).error().code, ErrorCode::store_failed);
  room.world.store.mend_reads();
  room.world.store.refuse_read_jobs(true);
  EXPECT_EQ(room.world.remove("doctor", message).error().code, ErrorCode::overloaded);
  room.world.store.refuse_read_jobs(false);
  EXPECT_THAT(room.patient->take(), IsEmpty());
  EXPECT_EQ(refusal("doctor", message), "deleted");
}

TEST_F(Delete, across_a_conflict_reads_its_target_again) {
  const std::string message = send("x");
  room.world.store.hold_commits();
  const auto removed = room.world.start_remove("doctor", message);
  room.run();
  // Another node adds a text in between, which changes the last live text.
  room.world.clock.advance(std::chrono::seconds(9));
  room.world.intrude(room.session, room.world.text_of("patient", "between"));
  room.world.store.release_commits();
  room.run();
  ASSERT_TRUE((*removed)->has_value());
  const auto stats = room.world.stats("doctor", room.session).value();
  EXPECT_EQ(stats.total_messages, 1u);
  EXPECT_EQ(stats.first_message_at, room.world.clock.now());
  EXPECT_EQ(stats.last_message_at, room.world.clock.now());
}

/// An adopted message keeps its original id and time.
struct AdoptedText {
  ObjectId id;
  Timestamp time;
  std::string text;
};
void adopt(Room& room, const AdoptedText& adopted) {
  domain::Draft draft = room.world.text_of("patient", adopted.text);
  draft.flags = domain::flag_adopted;
  draft.extensions = {domain::original_time_extension(adopted.time), domain::adopted_id_extension(adopted.id)};
  room.world.intrude(room.session, std::move(draft));
}

TEST_F(Delete, an_adopted_message_goes_by_the_id_it_kept) {
  const ObjectId id = *ObjectId::parse("507f1f77bcf86cd799439011");
  adopt(room, {id, room.world.clock.now() - std::chrono::hours(1), "of an earlier server"});
  room.world.restart();
  EXPECT_THAT(room.world.texts(room.session), ElementsAre("of an earlier server"));
  EXPECT_EQ(refusal("doctor", id.to_string()), "Unauthorized to delete this message");
  EXPECT_EQ(refusal("patient", id.to_string()), "deleted");
  EXPECT_THAT(room.world.texts(room.session), IsEmpty());
  EXPECT_EQ(domain::read_target_id(room.world.log_of(room.session).back().core), id);
  EXPECT_EQ(refusal("patient", id.to_string()), "Message not found");
}

// The original time is before the session began. Pages are cut at the times of the log, which never decrease.
TEST_F(Delete, pages_before_a_time_agree_with_the_log_when_an_adopted_time_was_raised) {
  const Timestamp begun = room.world.clock.now();
  room.world.clock.advance(std::chrono::seconds(5));
  send("first");
  adopt(room, {*ObjectId::parse("507f1f77bcf86cd799439011"), begun - std::chrono::hours(1), "raised"});
  for (const bool restarted : {false, true}) {
    if (restarted) room.world.restart();
    service::ReadPage page;
    page.session = field(room.session);
    page.before = begun + std::chrono::seconds(1);
    EXPECT_EQ(room.world.page("doctor", page)->total_messages, 0u);
    page.before = begun + std::chrono::seconds(6);
    EXPECT_EQ(room.world.page("doctor", page)->total_messages, restarted ? 2u : 1u) << "the room has not heard of the other node's yet";
  }
}

}  // namespace
}  // namespace parley::test
