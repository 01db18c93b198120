#include "api/answer.hpp"
#include "api/entries.hpp"
#include "base/json_writer.hpp"
#include "domain/error_code.hpp"
#include "http_api/chat_operations.hpp"
#include "http_api/percent.hpp"
#include "http_api/refuse_after_access.hpp"
#include "http_api/routes.hpp"

namespace parley::http_api {

namespace {

/// The key of a message: in the body, or in the header that other services use for it. Two different keys are refused.
Result<domain::TextField> client_message_id_of(const Exchange& exchange) {
  auto field = exchange.fields.text_field(api::members::client_message_id.name);
  const auto* header = exchange.request.find(idempotency_key_header.name);
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

void store_message(const Backend& backend, ExchangePtr exchange) {
  auto key = client_message_id_of(*exchange);
  if (!key) return exchange->answer(key.error());
  service::SendMessage send{exchange->fields.session_field(api::members::session_id.name),
                            exchange->fields.text_field(api::members::message.name), *std::move(key),
                            service::SendMessage::Transport::rest};
  auto& kept = *exchange;
  backend.service.send_message(*kept.loop, std::move(kept.caller), std::move(send),
                               [exchange = std::move(exchange)](Result<domain::MessageView> message) {
                                 if (!message) return exchange->answer(message.error());
                                 exchange->answer(201, stored_json(*message));
                               });
}

void chat_page(const Backend& backend, ExchangePtr exchange) {
  const auto query = exchange->request.query();
  service::ReadPage read;
  read.session = api::session_from_path(exchange->parameters[0]);
  read.page = query_number(query, page_parameter);
  read.limit = static_cast<std::uint32_t>(query_number(query, page_limit_parameter));
  auto& kept = *exchange;
  if (const auto before = query_value(query, before_parameter.name); before && !before->empty()) {
    read.before = api::parse_before(*before);
    if (!read.before)
      return refuse_after_access(backend, std::move(exchange), read.session,
                                 {ErrorCode::invalid_argument, "Invalid before timestamp", {}, 0});
  }
  backend.service.read_page(*kept.loop, std::move(kept.caller), read, [exchange = std::move(exchange)](Result<domain::PageView> page) {
    if (!page) return exchange->answer(page.error());
    std::string json;
    JsonWriter writer(json);
    api::write_page(writer, *page);
    exchange->answer(200, std::move(json));
  });
}

void chat_entries(const Backend& backend, ExchangePtr exchange) {
  auto& kept = *exchange;
  service::ReadEntries read{api::session_from_path(kept.parameters[0]), api::entry_range_from_query(kept.request.query())};
  backend.service.read_entries(*kept.loop, std::move(kept.caller), std::move(read),
                               [exchange = std::move(exchange)](Result<domain::EntriesView> entries) {
                                 if (!entries) return exchange->answer(entries.error());
                                 std::string json;
                                 JsonWriter writer(json);
                                 writer.begin_object();
                                 api::write_entries(writer, *entries);
                                 writer.end_object();
                                 exchange->answer(200, std::move(json));
                               });
}

void chat_stats(const Backend& backend, ExchangePtr exchange) {
  auto& kept = *exchange;
  backend.service.read_stats(*kept.loop, std::move(kept.caller), api::session_from_path(kept.parameters[0]),
                             [exchange = std::move(exchange)](Result<domain::StatsView> stats) {
                               if (!stats) return exchange->answer(stats.error());
                               std::string json;
                               JsonWriter writer(json);
                               api::write_stats(writer, *stats);
                               exchange->answer(200, std::move(json));
                             });
}

void delete_message(const Backend& backend, ExchangePtr exchange) {
  auto& kept = *exchange;
  backend.service.delete_message(*kept.loop, std::move(kept.caller), kept.parameters[0],
                                 [exchange = std::move(exchange)](Result<service::ChatService::Deleted> deleted) {
                                   if (!deleted) return exchange->answer(deleted.error());
                                   exchange->answer(200, R"({"message":"Chat message deleted successfully"})");
                                 });
}

}  // namespace parley::http_api
