// The plan of an adoption: which entries it appends for the documents of an earlier server, in which order, at which times.
#include "adoption_plan_fixture.hpp"

namespace parley::store::mongo {

using domain::SessionStatus;
using test::object_id;
using test::user_id;

// Order

TEST_F(AdoptionPlanTest, a_session_without_messages_is_created_and_adopted) {
  EXPECT_EQ(planned(), "created adopted");
}

TEST_F(AdoptionPlanTest, messages_keep_their_order) {
  message(1, "a");
  message(1, "b");
  message(2, "c");
  EXPECT_EQ(planned(), "created adopted a b c");
}

TEST_F(AdoptionPlanTest, a_log_without_news_gets_nothing) {
  adopted_before(SessionStatus::created);
  EXPECT_TRUE(plan().is_done());
}

TEST_F(AdoptionPlanTest, later_messages_are_announced_by_one_entry) {
  adopted_before(SessionStatus::created);
  message(1, "a");
  EXPECT_EQ(planned(), "adopted a");
}

TEST_F(AdoptionPlanTest, news_without_messages_are_not_announced) {
  adopted_before(SessionStatus::created);
  start(5);
  EXPECT_EQ(planned(), "participant");
}

TEST_F(AdoptionPlanTest, a_start_comes_before_the_messages_of_its_millisecond) {
  for (const int ms : {4, 5, 6}) message(ms, std::to_string(ms));
  start(5);
  EXPECT_EQ(planned(), "created adopted 4 participant 5 6");
}

TEST_F(AdoptionPlanTest, an_end_comes_after_the_messages_of_its_millisecond) {
  for (const int ms : {4, 5, 6}) message(ms, std::to_string(ms));
  end(at(5));
  EXPECT_EQ(planned(), "created adopted 4 5 ended 6");
}

TEST_F(AdoptionPlanTest, a_start_before_all_messages_follows_the_first_two_entries) {
  message(5, "a");
  start(1);
  EXPECT_EQ(planned(), "created adopted participant a");
}

TEST_F(AdoptionPlanTest, a_start_and_an_end_after_all_messages_come_last) {
  message(5, "a");
  start(6);
  end(at(6));
  EXPECT_EQ(planned(), "created adopted a participant ended");
}

TEST_F(AdoptionPlanTest, a_start_and_an_end_of_one_millisecond_enclose_its_messages) {
  message(5, "a");
  start(5);
  end(at(5));
  EXPECT_EQ(planned(), "created adopted participant a ended");
}

TEST_F(AdoptionPlanTest, an_end_without_a_time_comes_after_all_messages) {
  message(5, "a");
  end(std::nullopt);
  EXPECT_EQ(planned(), "created adopted a ended");
}

TEST_F(AdoptionPlanTest, a_reopening_comes_last) {
  adopted_before(SessionStatus::ended);
  message(5, "a");
  foreign.news.reopens = true;
  EXPECT_EQ(planned(), "adopted a reopened");
}

TEST_F(AdoptionPlanTest, an_end_that_was_reopened_has_its_own_place) {
  adopted_before(SessionStatus::active);
  message(5, "a");
  message(6, "b");
  end(at(5));
  foreign.news.reopens = true;
  EXPECT_EQ(planned(), "adopted a ended b reopened");
}

// Later messages were not read yet

TEST_F(AdoptionPlanTest, a_start_up_to_the_newest_message_of_a_page_is_taken_and_a_later_one_waits) {
  message(5, "a");
  foreign.more = true;
  start(5);
  EXPECT_EQ(planned(), "created adopted participant a");
  start(6);
  EXPECT_EQ(planned(), "created adopted a");
}

TEST_F(AdoptionPlanTest, an_end_up_to_the_newest_message_of_a_page_is_taken_and_a_later_one_waits) {
  message(5, "a");
  foreign.more = true;
  end(at(5));
  EXPECT_EQ(planned(), "created adopted a ended");
  end(at(6));
  EXPECT_EQ(planned(), "created adopted a");
}

TEST_F(AdoptionPlanTest, an_end_without_a_time_waits_for_the_last_page) {
  message(5, "a");
  foreign.more = true;
  end(std::nullopt);
  EXPECT_EQ(planned(), "created adopted a");
}

TEST_F(AdoptionPlanTest, a_page_without_messages_takes_no_start_and_no_end) {
  foreign.more = true;
  start(1);
  end(at(2));
  EXPECT_EQ(planned(), "created adopted");
}

TEST_F(AdoptionPlanTest, a_reopening_waits_for_the_last_page_and_its_end_with_it) {
  adopted_before(SessionStatus::active);
  message(5, "a");
  foreign.more = true;
  end(at(1));
  foreign.news.reopens = true;
  EXPECT_EQ(planned(), "adopted a");
}

// Times

TEST_F(AdoptionPlanTest, an_entry_has_the_time_of_its_document) {
  message(5, "a");
  start(3);
  end(at(9));
  EXPECT_EQ(time_of(0), at(0));
  EXPECT_EQ(time_of(1), at(0)) << "adopted: the time of the entry before it";
  EXPECT_EQ(time_of(2), at(3));
  EXPECT_EQ(time_of(3), at(5));
  EXPECT_EQ(time_of(4), at(9));
}

TEST_F(AdoptionPlanTest, a_time_before_that_of_the_entry_before_is_raised) {
  message(-1, "a");
  EXPECT_EQ(time_of(2), at(0));
}

TEST_F(AdoptionPlanTest, a_time_in_the_future_is_lowered) {
  message(10, "a");
  EXPECT_EQ(time_of(2, at(10)), at(10));
  EXPECT_EQ(time_of(2, at(9)), at(9));
}

TEST_F(AdoptionPlanTest, an_end_without_a_time_has_that_of_the_entry_before) {
  message(5, "a");
  end(std::nullopt);
  EXPECT_EQ(time_of(3), at(5));
}

TEST_F(AdoptionPlanTest, a_reopening_has_the_present_time) {
  adopted_before(SessionStatus::ended);
  foreign.news.reopens = true;
  EXPECT_EQ(time_of(0, at(77)), at(77));
}

TEST_F(AdoptionPlanTest, the_time_in_the_document_is_kept) {
  message(-5, "a");
  start(-4);
  end(long_after + std::chrono::hours(1));
  EXPECT_EQ(domain::read_original_time(entry(2).core).value(), at(-5));
  EXPECT_EQ(domain::read_original_time(entry(3).core).value(), at(-4));
  EXPECT_EQ(domain::read_original_time(entry(4).core).value(), long_after + std::chrono::hours(1));
}

TEST_F(AdoptionPlanTest, a_reopening_keeps_the_time_of_the_end_that_its_document_still_has) {
  adopted_before(SessionStatus::ended);
  session.state = {SessionStatus::active, at(2)};
  foreign.news.reopens = true;
  EXPECT_EQ(domain::read_original_time(entry(0).core).value(), at(2));
}

TEST_F(AdoptionPlanTest, an_end_without_a_time_keeps_none) {
  end(std::nullopt);
  EXPECT_FALSE(domain::read_original_time(entry(2).core).has_value());
}

// Content

TEST_F(AdoptionPlanTest, every_entry_is_marked_as_adopted_and_has_no_key) {
  adopted_before(SessionStatus::created);
  message(5, "a");
  start(5);
  end(at(5));
  foreign.news.reopens = true;
  for (std::size_t index = 0; index < 5; ++index) EXPECT_EQ(entry(index).core.flags, domain::flag_adopted) << index;
  EXPECT_TRUE(batch().document.keys.empty());
}

TEST_F(AdoptionPlanTest, the_first_entry_of_a_log_is_marked_too_and_holds_the_row) {
  EXPECT_EQ(entry(0).core.flags, domain::flag_adopted);
  EXPECT_NE(entry(0).core.extension(domain::ExtensionType::session_row), nullptr);
}

TEST_F(AdoptionPlanTest, the_announcement_counts_the_messages_and_names_the_last) {
  message(5, "a");
  message(6, "b");
  EXPECT_EQ(*entry(1).body->attribute("messages"), "2");
  EXPECT_EQ(*entry(1).body->attribute("last"), object_id(2).to_string());
}

TEST_F(AdoptionPlanTest, without_messages_the_announcement_names_none) {
  EXPECT_EQ(*entry(1).body->attribute("messages"), "0");
  EXPECT_EQ(entry(1).body->attribute("last"), nullptr);
}

TEST_F(AdoptionPlanTest, a_message_keeps_sender_role_type_text_and_id) {
  message(5, "a");
  foreign.texts[0].type = domain::MessageType::system;
  const domain::Entry text = entry(2);
  EXPECT_EQ(text.core.sender, user_id(2));
  EXPECT_EQ(text.core.sender_role, roles.patient());
  EXPECT_EQ(text.body->message_type, domain::MessageType::system);
  EXPECT_EQ(text.body->text, "a");
  EXPECT_EQ(domain::read_adopted_id(text.core).value(), object_id(1));
}

TEST_F(AdoptionPlanTest, a_start_names_the_doctor_because_no_document_says_who_came_first) {
  start(5);
  const auto change = domain::read_participant_change(entry(2).core).value();
  EXPECT_EQ(change.kind, domain::ParticipantChangeKind::first_join);
  EXPECT_EQ(change.participant, (domain::Participant{user_id(1), roles.doctor()}));
}

TEST_F(AdoptionPlanTest, each_adopted_message_is_returned_with_its_seq) {
  message(5, "a");
  message(7, "b");
  start(6);
  const auto adopted = batch().adopted;
  ASSERT_EQ(adopted.size(), 2u);
  EXPECT_EQ(adopted[0].id, object_id(1));
  EXPECT_EQ(adopted[0].seq, 3u);
  EXPECT_EQ(adopted[1].id, object_id(2));
  EXPECT_EQ(adopted[1].seq, 5u);
}

// The row

TEST_F(AdoptionPlanTest, a_start_makes_the_row_active) {
  start(5);
  EXPECT_EQ(batch().after.row.status, SessionStatus::active);
  EXPECT_EQ(batch().after.row.started_at, at(5));
}

TEST_F(AdoptionPlanTest, an_end_makes_the_row_ended_at_the_time_of_the_document) {
  end(long_after + std::chrono::hours(1));
  EXPECT_EQ(batch().after.row.status, SessionStatus::ended);
  EXPECT_EQ(batch().after.row.ended_at, long_after + std::chrono::hours(1));
}

TEST_F(AdoptionPlanTest, an_end_without_a_time_ends_the_row_at_the_time_of_its_entry) {
  message(5, "a");
  end(std::nullopt);
  EXPECT_EQ(batch().after.row.ended_at, at(5));
}

TEST_F(AdoptionPlanTest, a_reopening_makes_the_row_active_from_the_present_time_on) {
  adopted_before(SessionStatus::ended);
  foreign.news.reopens = true;
  const domain::SessionRow row = batch(at(77)).after.row;
  EXPECT_EQ(row.status, SessionStatus::active);
  EXPECT_EQ(row.ended_at, std::nullopt);
  EXPECT_EQ(row.last_opened_at(), at(77));
}

TEST_F(AdoptionPlanTest, a_document_holds_the_row_if_it_is_the_first_or_changes_it) {
  EXPECT_EQ(batch().document.row, domain::encode_session_row(standing.row));
  adopted_before(SessionStatus::created);
  message(5, "a");
  EXPECT_EQ(batch().document.row, Bytes());
  start(5);
  EXPECT_EQ(batch().document.row, domain::encode_session_row(batch().after.row));
}

TEST_F(AdoptionPlanTest, only_the_first_document_of_a_log_names_the_session) {
  EXPECT_EQ(batch().document.session_id, "visit-1");
  adopted_before(SessionStatus::created);
  message(5, "a");
  EXPECT_EQ(batch().document.session_id, "");
  EXPECT_EQ(batch().document.session, SessionNumber{7});
}

}  // namespace parley::store::mongo
