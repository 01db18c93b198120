#include <algorithm>
#include <utility>
#include <vector>

#include "api/answer.hpp"
#include "api/ice_servers.hpp"
#include "base/json_writer.hpp"
#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "http_api/handlers/handlers.hpp"
#include "http_api/handlers/list_place.hpp"
#include "http_api/handlers/refuse_after_access.hpp"
#include "http_api/operations/session_operations.hpp"
#include "http_api/request/percent.hpp"

namespace parley::http_api {

namespace {

/// 409: tells the caller which session already exists.
std::string already_exists_json(const Error& error) {
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().member("message", error.message).member("sessionId", error.detail);
  writer.member("code", error_row(error.code).name).end_object();
  return json;
}

void answer_refusal(PendingRequest& pending, const Error& error) {
  if (error.code != ErrorCode::already_exists) return pending.answer(error);
  pending.answer(error_row(error.code).http_status, already_exists_json(error));
}

std::string session_json(std::string_view message, const domain::SessionView& session) {
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().member("message", message).key("session");
  api::write_session(writer, session, api::SessionForm::populated);
  if (session.freshness == domain::SessionView::Freshness::duplicate) writer.key("duplicate").boolean(true);
  writer.end_object();
  return json;
}

std::string joined_json(const Backend& backend, const domain::SessionView& session, const domain::Role& role) {
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().member("message", "Successfully joined session").key("session");
  api::write_session(writer, session, api::SessionForm::populated);
  writer.key("iceServers");
  api::write_ice_servers(writer, backend.service.ice_servers().issue());
  writer.member("userRole", role.name).end_object();
  return json;
}

std::string ended_json(const domain::SessionRow& row) {
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().member("message", "Session ended successfully").key("session").begin_object();
  writer.member("sessionId", row.id.text()).member("status", domain::name_of(row.status));
  if (row.ended_at) writer.member("endedAt", to_iso8601(*row.ended_at));
  writer.key("duration").integer(row.duration_seconds()).end_object().end_object();
  return json;
}

void write_sender(JsonWriter& writer, const service::SignallingList& list, const UserId& sender) {
  const auto known = std::ranges::find(list.users, sender, &domain::User::id);
  if (known != list.users.end())
    api::write_user(writer, *known);
  else if (std::ranges::find(list.users_gone, sender) != list.users_gone.end())
    writer.null();
  else
    api::write_user(writer, {sender, {}, {}, {}});
}

void write_signalling(JsonWriter& writer, const service::SignallingList& list, const store::SignallingMessage& message) {
  writer.begin_object().member("_id", message.id.to_string()).member("sessionId", list.session.text()).key("senderId");
  write_sender(writer, list, message.sender);
  writer.member("messageType", message.type);
  if (!message.payload_json.empty()) writer.key("payload").raw(message.payload_json);
  writer.member("timestamp", to_iso8601(message.timestamp)).key("metadata").begin_object();
  if (!message.user_agent.empty()) writer.member("userAgent", message.user_agent);
  writer.member("ipAddress", message.address).member("connectionId", message.connection_id).end_object();
  writer.key("__v").integer(0).end_object();
}

/// Writes elements of a list until limits::list_bytes_max is reached. Returns the last element written, or null if there is none.
template <typename Element, typename Write>
const Element* write_list(JsonWriter& writer, const std::string& json, const std::vector<Element>& elements, Write write) {
  const Element* last = nullptr;
  writer.begin_array();
  for (const Element& element : elements) {
    if (last != nullptr && json.size() >= limits::list_bytes_max) break;
    write(element);
    last = &element;
  }
  writer.end_array();
  return last;
}

void write_more(JsonWriter& writer, const ListPlace& place) {
  writer.key("more").boolean(true).member("before", to_text(place));
}

std::string signalling_json(const service::SignallingList& list) {
  const auto& messages = list.page.messages;
  constexpr std::size_t bytes_beside_payload = 512;
  std::size_t bytes = 0;
  for (const auto& message : messages) bytes += message.payload_json.size() + bytes_beside_payload;
  std::string json;
  json.reserve(std::min(bytes, limits::list_bytes_max + limits::signalling_payload_bytes_max));
  JsonWriter writer(json);
  writer.begin_object().member("sessionId", list.session.text()).key("signalingMessages");
  const auto* const last = write_list(writer, json, messages, [&](const auto& message) { write_signalling(writer, list, message); });
  const auto count = last == nullptr ? 0 : last - messages.data() + 1;
  writer.key("count").integer(count);
  if (last != nullptr && (list.page.more || last != &messages.back())) write_more(writer, {last->timestamp, last->id.to_string()});
  writer.end_object();
  return json;
}

std::string open_sessions_json(const service::OpenSessionsList& list) {
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().key("sessions");
  const auto* const last = write_list(writer, json, list.sessions,
                                      [&](const auto& session) { api::write_session(writer, session, api::SessionForm::populated); });
  if (last != nullptr && last != &list.sessions.back())
    write_more(writer, {last->row.created_at, last->row.id.to_string()});
  else if (list.next)
    write_more(writer, {list.next->created_at, list.next->session.to_string()});
  writer.end_object();
  return json;
}

/// Reads `before` of the query. An empty or absent one is no place. Error: the text has not the form of a place.
Result<std::optional<ListPlace>> place_in_query(std::string_view query) {
  const auto text = query_value(query, list_before_parameter.name);
  if (!text || text->empty()) return std::optional<ListPlace>{};
  auto place = parse_list_place(*text);
  if (!place) return refuse(ErrorCode::invalid_argument, "Invalid before");
  return place;
}

// The id only orders the elements of one time. A text that is no id comes before all of them.

store::SessionPlace session_place(const ListPlace& place) {
  return {place.time, SessionId::parse(place.id).value_or(SessionId())};
}

store::SignallingPlace signalling_place(const ListPlace& place) {
  ObjectId greatest;
  greatest.bytes.fill(0xff);
  return {place.time, ObjectId::parse(place.id).value_or(greatest)};
}

}  // namespace

void create_session(const Backend& backend, PendingRequestPtr pending) {
  auto& kept = *pending;
  service::CreateSession create{kept.fields.text_field(api::members::patient_id.name),
                                kept.fields.text_field(api::members::appointment_id.name),
                                kept.fields.text_field(api::members::chosen_session_id.name)};
  backend.service.create_session(*kept.loop, std::move(kept.caller), std::move(create),
                                 [pending = std::move(pending)](Result<domain::SessionView> session) {
                                   if (!session) return answer_refusal(*pending, session.error());
                                   pending->answer(201, session_json("Session created successfully", *session));
                                 });
}

void join_session(const Backend& backend, PendingRequestPtr pending) {
  auto& kept = *pending;
  auto role = kept.caller.user.role;
  backend.service.start_session(*kept.loop, std::move(kept.caller), api::session_from_path(kept.parameters[0]),
                                [pending = std::move(pending), &backend, role = std::move(role)](Result<domain::SessionView> session) {
                                  if (!session) return answer_refusal(*pending, session.error());
                                  pending->answer(200, joined_json(backend, *session, role));
                                });
}

void end_session(const Backend& backend, PendingRequestPtr pending) {
  auto& kept = *pending;
  backend.service.end_session(*kept.loop, std::move(kept.caller), api::session_from_path(kept.parameters[0]),
                              [pending = std::move(pending)](Result<domain::EndView> ended) {
                                if (!ended) return pending->answer(ended.error());
                                pending->answer(200, ended_json(ended->row));
                              });
}

void reopen_session(const Backend& backend, PendingRequestPtr pending) {
  auto& kept = *pending;
  backend.service.reopen_session(*kept.loop, std::move(kept.caller), api::session_from_path(kept.parameters[0]),
                                 [pending = std::move(pending)](Result<domain::SessionView> session) {
                                   if (!session) return answer_refusal(*pending, session.error());
                                   pending->answer(200, session_json("Session reopened successfully", *session));
                                 });
}

void get_session(const Backend& backend, PendingRequestPtr pending) {
  auto& kept = *pending;
  backend.service.get_session(*kept.loop, std::move(kept.caller), api::session_from_path(kept.parameters[0]),
                              [pending = std::move(pending)](Result<domain::SessionView> session) {
                                if (!session) return pending->answer(session.error());
                                std::string json;
                                JsonWriter writer(json);
                                writer.begin_object().key("session");
                                api::write_session(writer, *session, api::SessionForm::populated);
                                writer.end_object();
                                pending->answer(200, std::move(json));
                              });
}

void active_sessions(const Backend& backend, PendingRequestPtr pending) {
  auto& kept = *pending;
  const auto after = place_in_query(kept.request.query());
  if (!after) return kept.answer(after.error());
  backend.service.active_sessions(*kept.loop, std::move(kept.caller), after->transform(session_place),
                                  [pending = std::move(pending)](Result<service::OpenSessionsList> list) {
                                    if (!list) return pending->answer(list.error());
                                    pending->answer(200, open_sessions_json(*list));
                                  });
}

void session_chat(const Backend& backend, PendingRequestPtr pending) {
  auto& kept = *pending;
  backend.service.read_history(*kept.loop, std::move(kept.caller), api::session_from_path(kept.parameters[0]),
                               [pending = std::move(pending)](Result<std::vector<domain::MessageView>> messages) {
                                 if (!messages) return pending->answer(messages.error());
                                 std::string json;
                                 JsonWriter writer(json);
                                 writer.begin_object().key("messages").begin_array();
                                 for (const auto& message : *messages) api::write_chat_message(writer, message);
                                 writer.end_array().end_object();
                                 pending->answer(200, std::move(json));
                               });
}

void session_signalling(const Backend& backend, PendingRequestPtr pending) {
  auto& kept = *pending;
  const domain::SessionField session = api::session_from_path(kept.parameters[0]);
  const auto after = place_in_query(kept.request.query());
  if (!after) return refuse_after_access(backend, std::move(pending), session, after.error());
  const store::SignallingRange range{.limit = query_number(kept.request.query(), signalling_limit_parameter),
                                     .after = after->transform(signalling_place)};
  backend.service.read_signalling(*kept.loop, std::move(kept.caller), {session, range},
                                  [pending = std::move(pending)](Result<service::SignallingList> list) {
                                    if (!list) return pending->answer(list.error());
                                    pending->answer(200, signalling_json(*list));
                                  });
}

void ice_servers(const Backend& backend, PendingRequestPtr pending) {
  const auto servers = backend.service.ice_servers().issue();
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().key("iceServers");
  api::write_ice_servers(writer, servers);
  writer.key("serverCount").integer(static_cast<std::int64_t>(servers.size()));
  writer.member("timestamp", to_iso8601(backend.clock.now())).end_object();
  pending->answer(200, std::move(json));
}

}  // namespace parley::http_api
