// The session or document that a change event points to: a table of events as MongoDB 6.0 sends them.
#include <gtest/gtest.h>

#include "store/mongo/adoption/change_event.hpp"
#include "support/log_script.hpp"

namespace parley::store::mongo {

namespace {

using Kind = ChangeEvent::Kind;

const ObjectId id = *ObjectId::parse("65f000000000000000000001");

Document event(const std::string& operation, const std::string& collection) {
  Document ns;
  ns.text("db", "app").text("coll", collection);
  Document key;
  key.id("_id", id);
  Document made;
  made.text("operationType", operation).document("ns", ns).document("documentKey", key);
  return made;
}

Document updated(std::initializer_list<std::string_view> fields) {
  Document set;
  for (const std::string_view field : fields) set.text(field, "x");
  Document description;
  description.document("updatedFields", set);
  Document made = event("update", "sessions");
  made.document("updateDescription", description);
  return made;
}

Document inserted(const std::string& collection, const Document& document) {
  Document made = event("insert", collection);
  made.document("fullDocument", document);
  return made;
}

}  // namespace

TEST(ChangeEvent, of_a_foreign_update_names_the_session) {
  const auto read = read_change_event(updated({"status", "endedAt"}));
  EXPECT_EQ(read.kind, Kind::session_written);
  EXPECT_EQ(read.id, id);
}

TEST(ChangeEvent, of_Parleys_own_update_is_nothing) {
  EXPECT_EQ(read_change_event(updated({"status", "parley.seq"})).kind, Kind::nothing);
  EXPECT_EQ(read_change_event(updated({"parley"})).kind, Kind::nothing);
}

TEST(ChangeEvent, of_a_field_that_only_begins_alike_is_foreign) {
  EXPECT_EQ(read_change_event(updated({"parleyVous"})).kind, Kind::session_written);
}

TEST(ChangeEvent, of_an_inserted_session_is_foreign_unless_it_has_our_field) {
  Document foreign;
  foreign.text("sessionId", "s");
  EXPECT_EQ(read_change_event(inserted("sessions", foreign)).kind, Kind::session_written);
  Document own;
  own.text("sessionId", "s").document("parley", Document());
  EXPECT_EQ(read_change_event(inserted("sessions", own)).kind, Kind::nothing);
}

TEST(ChangeEvent, of_a_replaced_session_is_foreign) {
  Document replaced = event("replace", "sessions");
  replaced.document("fullDocument", Document());
  EXPECT_EQ(read_change_event(replaced).kind, Kind::session_written);
}

TEST(ChangeEvent, of_an_inserted_message_names_its_session) {
  Document message;
  message.text("sessionId", "appointment 7");
  const auto read = read_change_event(inserted("chatmessages", message));
  EXPECT_EQ(read.kind, Kind::text_inserted);
  EXPECT_EQ(read.session, "appointment 7");
  EXPECT_EQ(read_change_event(inserted("chatmessages", Document())).kind, Kind::nothing);
}

TEST(ChangeEvent, of_deletions_names_the_document) {
  const auto text = read_change_event(event("delete", "chatmessages"));
  EXPECT_EQ(text.kind, Kind::text_deleted);
  EXPECT_EQ(text.id, id);
  const auto session = read_change_event(event("delete", "sessions"));
  EXPECT_EQ(session.kind, Kind::session_deleted);
  EXPECT_EQ(session.document, "65f000000000000000000001");
}

TEST(ChangeEvent, of_a_collection_that_goes_is_no_deletion) {
  for (const std::string operation : {"drop", "rename"}) {
    const auto read = read_change_event(event(operation, "chatmessages"));
    EXPECT_EQ(read.kind, Kind::collection_is_gone);
    EXPECT_EQ(read.document, operation + " of chatmessages");
    EXPECT_EQ(read_change_event(event(operation, "invoices")).kind, Kind::nothing);
  }
  Document dropped;
  dropped.text("operationType", "dropDatabase");
  EXPECT_EQ(read_change_event(dropped).document, "dropDatabase of the database");
  Document ended;
  ended.text("operationType", "invalidate");
  EXPECT_EQ(read_change_event(ended).kind, Kind::stream_ended);
}

TEST(ChangeEvent, of_other_collections_is_nothing) {
  EXPECT_EQ(read_change_event(event("delete", "invoices")).kind, Kind::nothing);
  EXPECT_EQ(read_change_event(Document()).kind, Kind::nothing);
}

}  // namespace parley::store::mongo
