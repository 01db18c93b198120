#include "contract/old_server_data.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "domain/extensions.hpp"
#include "store/mongo/documents/indexes.hpp"
#include "store/mongo/driver/layout.hpp"
#include "store/mongo/log/log_view.hpp"
#include "support/log_script.hpp"

namespace parley::test {

namespace mongo = store::mongo;
using mongo::Document;

namespace {

void expect_done(const mongo::Outcome<mongo::WriteResult>& result) {
  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_TRUE(result->errors.empty()) << result->errors.front().failure.message;
}

Document by_id(const ObjectId& id) {
  Document filter;
  filter.id("_id", id);
  return filter;
}

}  // namespace

Timestamp at_ms(std::int64_t milliseconds) {
  return ManualClock::start - std::chrono::hours{1} + std::chrono::milliseconds{milliseconds};
}

OldServerData::OldServerData(mongo::ClientPool& pool) : client_(pool.take()) {
  if (const auto made = mongo::prepare_indexes(client_); !made) throw std::runtime_error(made.error().message);
}

ObjectId OldServerData::next_id() {
  static std::uint32_t count = 1'000'000;  // all tests share a database, so the numbers must differ
  return object_id(++count);
}

OldSession OldServerData::session() {
  OldSession session;
  session.object_id = next_id();
  std::array<std::uint8_t, 16> random{};
  std::ranges::copy(session.object_id.bytes, random.begin());
  session.id = SessionId::from_random(random);
  return session;
}

void OldServerData::write(const OldSession& session) {
  Document metadata;
  metadata.null("appointmentId").int32("duration", 0).int32("participantCount", 0);
  Document document = by_id(session.object_id);
  document.text("sessionId", session.id.to_string())
      .user("doctorId", user_id(1))
      .user("patientId", user_id(2))
      .text("status", session.status);
  document.date("createdAt", session.created_at);
  if (session.started_at) document.date("startedAt", *session.started_at);
  if (session.ended_at) document.date("endedAt", *session.ended_at);
  document.document("metadata", metadata).int32("__v", 0);
  insert(mongo::collection::sessions, document);
}

void OldServerData::change(const OldSession& session, const Document& fields) {
  Document change;
  change.document("$set", fields);
  Document statement;
  statement.document("q", by_id(session.object_id)).document("u", change);
  expect_done(client_.update(mongo::collection::sessions, {&statement, 1}));
}

Document OldServerData::message(const OldSession& session, const ObjectId& id, Timestamp time) {
  Document document = by_id(id);
  document.text("sessionId", session.id.to_string()).user("senderId", user_id(1)).date("timestamp", time).int32("__v", 0);
  return document;
}

ObjectId OldServerData::text(const OldSession& session, const std::string& text, Timestamp time, std::uint32_t user) {
  const ObjectId id = next_id();
  Document document = by_id(id);
  document.text("sessionId", session.id.to_string()).user("senderId", user_id(user)).text("senderRole", user == 1 ? "doctor" : "patient");
  document.text("message", text).date("timestamp", time).text("messageType", "text").int32("__v", 0);
  insert(mongo::collection::chat, document);
  return id;
}

std::vector<ObjectId> OldServerData::texts(const OldSession& session, int first, int count) {
  std::vector<ObjectId> ids;
  for (int index = first; index < first + count; ++index)
    ids.push_back(text(session, "message " + std::to_string(index), at_ms(1000 * index), 1 + static_cast<std::uint32_t>(index) % 2));
  return ids;
}

void OldServerData::insert(std::string_view collection, const Document& document) {
  expect_done(client_.insert(collection, {&document, 1}));
}

Document OldServerData::session_document(const OldSession& session) {
  auto found = client_.find(mongo::collection::sessions, by_id(session.object_id));
  if (!found || found->size() != 1) throw std::runtime_error("the document of the session is not there");
  return std::move(found->front());
}

void OldServerData::remove_message(const ObjectId& id) {
  const auto statement = mongo::delete_of(by_id(id));
  const auto removed = client_.remove(mongo::collection::chat, {&statement, 1});
  if (!removed || removed->matched != 1) throw std::runtime_error("the message was not there");
}

Document OldServerData::message_document(const ObjectId& id) {
  auto found = client_.find(mongo::collection::chat, by_id(id));
  if (!found || found->size() != 1) throw std::runtime_error("the document of the message is not there");
  return std::move(found->front());
}

std::vector<domain::Entry> OldServerData::log_of(const OldSession& session) {
  const Document document = session_document(session);
  const auto parley = mongo::Fields(document).document("parley");
  const auto number = parley ? parley->integer("number") : std::nullopt;
  if (!number) return {};
  const auto encoded = mongo::LogView(client_, state_).range(SessionNumber{static_cast<std::uint64_t>(*number)}, 1, 1'000'000);
  EXPECT_TRUE(encoded.has_value()) << (encoded ? "" : encoded.error().detail);
  std::vector<domain::Entry> log;
  domain::Head head = domain::genesis(session.id);
  for (const domain::EncodedEntry& each : encoded.value_or(std::vector<domain::EncodedEntry>())) {
    const auto link = domain::verify_link(head, each);
    EXPECT_TRUE(link.has_value()) << link.error().detail;
    log.push_back(*domain::decode_entry(each));
    head = domain::head_after(log.back());
  }
  return log;
}

std::optional<std::int64_t> OldServerData::seq_of(const ObjectId& message) {
  const auto found = client_.find(mongo::collection::chat, by_id(message));
  return found && !found->empty() ? mongo::Fields(found->front()).integer("seq") : std::nullopt;
}

std::vector<ObjectId> adopted_ids(const std::vector<domain::Entry>& log) {
  std::vector<ObjectId> ids;
  for (const domain::Entry& entry : log)
    if (const auto id = domain::read_adopted_id(entry.core)) ids.push_back(*id);
  return ids;
}

std::string shape_of(const std::vector<domain::Entry>& log) {
  std::string shape;
  std::string_view before;
  for (const domain::Entry& entry : log) {
    const std::string_view kind = name_of(entry.core.kind);
    if (kind != before) shape.append(shape.empty() ? "" : " ").append(kind);
    before = kind;
  }
  return shape;
}

}  // namespace parley::test
