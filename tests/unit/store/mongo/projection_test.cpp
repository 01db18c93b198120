// Log entries as the documents of docs/api-contract.md §8.
#include <gtest/gtest.h>

#include "domain/extensions.hpp"
#include "store/mongo/mirror/projection.hpp"
#include "support/log_script.hpp"

namespace parley::store::mongo {

namespace {

using test::LogScript;

StoredDocument stored(const Append& append) {
  StoredDocument document{.session = append.session, .first = append.entries.front().seq};
  for (const domain::EncodedEntry& entry : append.entries) document.records.push_back(domain::encode_record(entry));
  if (append.row) document.row = domain::encode_session_row(*append.row);
  return document;
}

Projection projection_of(const LogScript& script, const Append& append) {
  Projection projection;
  const auto sender = [](std::uint32_t) -> Result<UserId> { return test::user_id(77); };
  EXPECT_TRUE(project(stored(append), script.row().id, sender, projection).has_value());
  return projection;
}

}  // namespace

TEST(Projection, of_a_text_is_a_chat_message) {
  LogScript script(7);
  static_cast<void>(script.create());
  const Projection projection = projection_of(script, script.text("hello <b>", "m-1"));
  ASSERT_EQ(projection.messages.size(), 1u);
  const Fields message(projection.messages[0]);
  EXPECT_EQ(message.text("sessionId"), script.row().id.to_string());
  EXPECT_EQ(message.text("message"), "hello <b>");
  EXPECT_EQ(message.text("senderRole"), "doctor");
  EXPECT_EQ(message.text("messageType"), "text");
  EXPECT_EQ(message.user("senderId"), script.row().participants[0].user);
  EXPECT_EQ(message.id("_id"), projection.message_ids[0]);
  EXPECT_EQ(message.integer("__v"), 0);
  EXPECT_EQ(message.integer("seq"), 2);
  EXPECT_TRUE(message.date("timestamp").has_value());
  EXPECT_EQ(projection.message_logs[0], log_id(script.number(), 2));
}

TEST(Projection, of_a_text_that_was_emptied_is_nothing) {
  LogScript script(7);
  static_cast<void>(script.create());
  Append text = script.text("gone");
  text.entries[0] = *domain::emptied(text.entries[0]);
  EXPECT_TRUE(projection_of(script, text).messages.empty());
}

TEST(Projection, of_a_deletion_takes_the_message_out_and_leaves_a_record) {
  LogScript script(7);
  static_cast<void>(script.create());
  const Append text = script.text("hello");
  const ObjectId id = domain::decode_core(text.entries[0].core)->id;
  const Projection projection = projection_of(script, script.remove(2));
  ASSERT_EQ(projection.removed.size(), 1u);
  EXPECT_EQ(Fields(projection.removed[0]).document("q")->id("_id"), id);
  ASSERT_EQ(projection.audits.size(), 1u);
  const Fields audit(projection.audits[0]);
  EXPECT_EQ(audit.text("action"), "DELETE_CHAT_MESSAGE");
  EXPECT_EQ(audit.text("targetType"), "ChatMessage");
  EXPECT_EQ(audit.text("targetId"), id.to_string());
  EXPECT_EQ(audit.document("details")->text("sessionId"), script.row().id.to_string());
  EXPECT_EQ(audit.document("details")->user("senderId"), test::user_id(77));
  EXPECT_TRUE(audit.id("_id").has_value()) << "the deletion's own, so twice is once";
}

TEST(Projection, of_the_steps_of_a_session_changes_its_document) {
  LogScript script(7);
  const Projection created = projection_of(script, script.create());
  ASSERT_EQ(created.new_sessions.size(), 1u);
  const auto fields = Fields(created.new_sessions[0]).document("u")->document("$setOnInsert");
  EXPECT_EQ(fields->text("status"), "created");
  EXPECT_EQ(fields->id("_id"), script.row().object_id);
  EXPECT_EQ(fields->user("doctorId"), script.row().participants[0].user);
  EXPECT_EQ(fields->document("metadata")->type_name("appointmentId"), "null") << "there is none, and the field is there";
  EXPECT_EQ(fields->document("metadata")->integer("participantCount"), 0);
  EXPECT_EQ(Fields(created.new_sessions[0]).document("q")->integer("parley.number"), 7)
      << "MongoDB puts it into the document that it makes";
  EXPECT_EQ(created.new_sessions[0].to_json().find("secret"), std::string::npos);
  const Projection ended = projection_of(script, script.end());
  EXPECT_TRUE(ended.new_sessions.empty());
  ASSERT_EQ(ended.changed_sessions.size(), 1u);
  const Fields change(ended.changed_sessions[0]);
  EXPECT_EQ(change.document("u")->document("$set")->text("status"), "ended");
  EXPECT_EQ(change.document("q")->document("parley.seq")->integer("$lt"), 2) << "what is further already stays";
}

TEST(Projection, of_a_reopening_makes_the_document_active_and_takes_its_end_out) {
  LogScript script(7);
  for (const auto& append : {script.create(), script.start()}) static_cast<void>(append);
  const Projection ended = projection_of(script, script.end());
  EXPECT_TRUE(Fields(ended.changed_sessions.at(0)).document("u")->document("$set")->date("endedAt").has_value());
  EXPECT_FALSE(Fields(ended.changed_sessions.at(0)).document("u")->document("$unset").has_value());
  const Projection reopened = projection_of(script, script.reopen());
  const auto change = Fields(reopened.changed_sessions.at(0)).document("u");
  EXPECT_EQ(change->document("$set")->text("status"), "active");
  EXPECT_FALSE(change->document("$set")->date("endedAt").has_value());
  EXPECT_EQ(change->document("$set")->integer("metadata.duration"), script.row().duration_seconds());
  EXPECT_EQ(change->document("$unset")->text("endedAt"), "");
  const Projection again = projection_of(script, script.end());
  EXPECT_FALSE(Fields(again.changed_sessions.at(0)).document("u")->document("$unset").has_value());
}

TEST(Projection, of_a_damaged_record_is_an_error) {
  LogScript script(7);
  StoredDocument document = stored(script.create());
  document.records[0][40] = static_cast<char>(document.records[0][40] ^ 1);
  Projection projection;
  const auto sender = [](std::uint32_t) -> Result<UserId> { return UserId{}; };
  EXPECT_FALSE(project(document, script.row().id, sender, projection).has_value());
  EXPECT_TRUE(projection.new_sessions.empty());
}

}  // namespace parley::store::mongo
