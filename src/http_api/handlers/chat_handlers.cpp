#include "api/answer.hpp"
#include "api/entries.hpp"
#include "base/json_writer.hpp"
#include "domain/error_code.hpp"
#include "http_api/handlers/handlers.hpp"
#include "http_api/handlers/refuse_after_access.hpp"
#include "http_api/operations/chat_operations.hpp"
#include "http_api/request/percent.hpp"

namespace parley::http_api {

namespace {

/// The key of a message: in the body, or in the header that other services use for it. Two different keys are refused.
Result<domain::TextField> client_message_id_of(const PendingRequest& pending) {
  auto field = pending.fields.text_field(api::members::client_message_id.name);
  const auto* header = pending.request.find(idempotency_key_header.name);
  if (header == nullptr || header->empty()) return field;
  if (field.state == domain::TextField::State::falsy) return domain::TextField{domain::TextField::State::text, *header};
  if (field.value != *header) return refuse(ErrorCode::invalid_argument, "Invalid clientMessageId");
  return field;
}

std::string stored_json(const domain::MessageView& message) {
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().member("message", "Chat message stored successfully").key("chatMessage");
  api::write_chat_message(writer, message);
  if (message.freshness == domain::MessageView::Freshness::duplicate) writer.key("duplicate").boolean(true);
  writer.end_object();
  return json;
}

}  // namespace

void store_message(const Backend& backend, PendingRequestPtr pending) {
  auto key = client_message_id_of(*pending);
  if (!key) return pending->answer(key.error());
  service::SendMessage send{pending->fields.session_field(api::members::session_id.name),
                            pending->fields.text_field(api::members::message.name), *std::move(key), service::SendMessage::Transport::rest};
  auto& kept = *pending;
  backend.service.send_message(*kept.loop, std::move(kept.caller), std::move(send),
                               [pending = std::move(pending)](Result<domain::MessageView> message) {
                                 if (!message) return pending->answer(message.error());
                                 pending->answer(201, stored_json(*message));
                               });
}

void chat_page(const Backend& backend, PendingRequestPtr pending) {
  const auto query = pending->request.query();
  service::ReadPage read;
  read.session = api::session_from_path(pending->parameters[0]);
  read.page = query_number(query, page_parameter);
  read.limit = static_cast<std::uint32_t>(query_number(query, page_limit_parameter));
  auto& kept = *pending;
  if (const auto before = query_value(query, before_parameter.name); before && !before->empty()) {
    read.before = api::parse_before(*before);
    if (!read.before)
      return refuse_after_access(backend, std::move(pending), read.session,
                                 {ErrorCode::invalid_argument, "Invalid before timestamp", {}, 0});
  }
  backend.service.read_page(*kept.loop, std::move(kept.caller), read, [pending = std::move(pending)](Result<domain::PageView> page) {
    if (!page) return pending->answer(page.error());
    std::string json;
    JsonWriter writer(json);
    api::write_page(writer, *page);
    pending->answer(200, std::move(json));
  });
}

void chat_entries(const Backend& backend, PendingRequestPtr pending) {
  auto& kept = *pending;
  service::ReadEntries read{api::session_from_path(kept.parameters[0]), api::entry_range_from_query(kept.request.query())};
  backend.service.read_entries(*kept.loop, std::move(kept.caller), std::move(read),
                               [pending = std::move(pending)](Result<domain::EntriesView> entries) {
                                 if (!entries) return pending->answer(entries.error());
                                 std::string json;
                                 JsonWriter writer(json);
                                 writer.begin_object();
                                 api::write_entries(writer, *entries);
                                 writer.end_object();
                                 pending->answer(200, std::move(json));
                               });
}

void chat_stats(const Backend& backend, PendingRequestPtr pending) {
  auto& kept = *pending;
  backend.service.read_stats(*kept.loop, std::move(kept.caller), api::session_from_path(kept.parameters[0]),
                             [pending = std::move(pending)](Result<domain::StatsView> stats) {
                               if (!stats) return pending->answer(stats.error());
                               std::string json;
                               JsonWriter writer(json);
                               api::write_stats(writer, *stats);
                               pending->answer(200, std::move(json));
                             });
}

void delete_message(const Backend& backend, PendingRequestPtr pending) {
  auto& kept = *pending;
  backend.service.delete_message(*kept.loop, std::move(kept.caller), kept.parameters[0],
                                 [pending = std::move(pending)](Result<service::Deleted> deleted) {
                                   if (!deleted) return pending->answer(deleted.error());
                                   pending->answer(200, R"({"message":"Chat message deleted successfully"})");
                                 });
}

}  // namespace parley::http_api
