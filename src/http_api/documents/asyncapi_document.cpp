// Socket.IO in the terms of AsyncAPI. The namespace `/` is the only channel. The application `receive`s the events of clients, and the ack
// is the reply; it `send`s the events of the server. A payload is the one argument of the event.
#include "http_api/documents/asyncapi_document.hpp"

#include "api/schemas.hpp"
#include "domain/error_code.hpp"
#include "http_api/documents/document_settings.hpp"
#include "protocol/engineio/handshake.hpp"
#include "service/shared/client_event.hpp"
#include "service/shared/server_event.hpp"
#include "service/socket/client_session.hpp"
#include "service/socket/connect.hpp"

namespace parley::http_api {

namespace {

using service::ClientEvent;
using service::RefusedBy;
using service::ServerEvent;

constexpr std::string_view about_all =
    "Engine.IO protocol 4, Socket.IO protocol 5, path `/socket.io/`, transports `websocket` and `polling` with upgrade, namespace `/`. "
    "HTTP is described by `/openapi.json`; `/docs` shows both.\n\n"
    "A client connects with its token in `auth.token`, or else in the query `token`. The server refuses a connection with a CONNECT_ERROR "
    "`{\"message\":…}`; the message `CONNECT_ERROR` lists the texts. Every event takes one argument. A client may ask for an ack; the "
    "server does the work without one too. It ignores events that are not listed, such as an application's `ping`.";

constexpr api::Schema token{.keywords = R"("type":"string")", .example = R"("eyJhbGciOiJIUzI1NiJ9.e30.c2ln")"};
constexpr api::Member auth[] = {
    {"token", &token, "A JSON Web Token (HS256). If it is missing, the query `token` counts.", api::Presence::optional}};

/// `chat-message` → `chatMessage`: names of components allow only some characters.
std::string camel(std::string_view name) {
  std::string result;
  for (std::size_t at = 0; at < name.size(); ++at) {
    const bool is_behind_dash = at > 0 && name[at - 1] == '-';
    if (name[at] != '-') result += is_behind_dash ? static_cast<char>(name[at] - 'a' + 'A') : name[at];
  }
  return result;
}

std::string with_capital(std::string text) {
  text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text;
}

std::string emit_name(const ClientEvent& event) {
  return "emit" + with_capital(camel(event.name));
}
std::string ack_name(const ClientEvent& event) {
  return "ack" + with_capital(camel(event.name));
}
std::string hear_name(std::string_view event) {
  return "hear" + with_capital(camel(event));
}

class Document {
 public:
  explicit Document(std::string& json) : writer_(json), schemas_(writer_) {}

  void write(std::string_view version);

 private:
  void write_info(std::string_view version);
  void write_server();
  void write_channel();
  void write_operations();
  void write_client_operation(const ClientEvent& event);
  void write_server_operation(const service::ServerEventRow& row);
  void write_messages();
  void write_client_message(const ClientEvent& event);
  void write_ack(const ClientEvent& event);
  void write_success_schema(const ClientEvent& event);
  void write_failure_schema(const ClientEvent& event);
  void write_ack_examples(const ClientEvent& event);
  void write_refusals(const ClientEvent& event);
  void write_connect_messages();
  void write_payload(std::span<const api::Member> members);
  void write_reference(std::string_view kind, std::string_view name);
  template <typename Each>
  void each_refusal(const ClientEvent& event, Each each) {
    for (const auto& refusal : event.refusals) each(refusal);
    for (const auto& refusal : api::store_refusals(event.work)) each(refusal);
  }

  JsonWriter writer_;
  api::SchemaWriter schemas_;
};

void Document::write(std::string_view version) {
  writer_.begin_object().member("asyncapi", "3.0.0");
  write_info(version);
  write_server();
  write_channel();
  write_operations();
  writer_.key("components").begin_object();
  writer_.key("securitySchemes").begin_object().key("token").begin_object();
  writer_.member("type", "userPassword")
      .member("description", "A JSON Web Token (HS256) as `auth.token` of the CONNECT packet, else in the query `token`.");
  writer_.end_object().end_object();
  write_messages();
  writer_.key("schemas");
  schemas_.write_named();
  writer_.end_object().end_object();
}

void Document::write_info(std::string_view version) {
  writer_.key("info").begin_object().member("title", "Parley").member("version", version).member("description", about_all);
  writer_.key("license").begin_object().member("name", "Apache-2.0").member("url", "https://www.apache.org/licenses/LICENSE-2.0");
  writer_.end_object().end_object();
  writer_.member("defaultContentType", "application/json");
}

void Document::write_server() {
  writer_.key("servers").begin_object().key("socketio").begin_object();
  writer_.member("host", "{host}").member("pathname", "/socket.io/").member("protocol", "wss").member("protocolVersion", "5");
  writer_.member("description", "Socket.IO over WebSocket or long polling.");
  writer_.key("variables").begin_object().key("host").begin_object();
  writer_.member("description", "The host of this document.").member("default", "localhost:3000").end_object().end_object();
  writer_.key("security").begin_array();
  write_reference("components/securitySchemes", "token");
  writer_.end_array().key("x-refusals").begin_object().member("by", "HTTP 400").key("bodies").begin_array();
  using enum protocol::engineio::RequestError;
  for (const auto error : {transport_unknown, session_id_unknown, bad_handshake_method, bad_request, unsupported_protocol_version}) {
    writer_.raw(body_of(error));
  }
  writer_.end_array().end_object().end_object().end_object();
}

void Document::write_reference(std::string_view kind, std::string_view name) {
  writer_.begin_object().member("$ref", "#/" + std::string(kind) + "/" + std::string(name)).end_object();
}

void Document::write_channel() {
  writer_.key("channels").begin_object().key("namespace").begin_object();
  writer_.member("address", "/").member("title", "The namespace /");
  writer_.key("servers").begin_array();
  write_reference("servers", "socketio");
  writer_.end_array().key("messages").begin_object();
  const auto list = [&](const std::string& name) {
    writer_.key(name);
    write_reference("components/messages", name);
  };
  list("connect");
  list("connectError");
  for (const auto* event : service::client_events()) {
    list(emit_name(*event));
    list(ack_name(*event));
  }
  for (const auto& row : service::server_events()) list(hear_name(row.name));
  writer_.end_object().end_object().end_object();
}

void Document::write_operations() {
  writer_.key("operations").begin_object();
  writer_.key("connect").begin_object().member("action", "receive").member("title", "CONNECT").member("summary", "Connect with a token");
  writer_.key("channel");
  write_reference("channels", "namespace");
  writer_.key("messages").begin_array();
  write_reference("channels/namespace/messages", "connect");
  writer_.end_array().key("reply").begin_object().key("channel");
  write_reference("channels", "namespace");
  writer_.key("messages").begin_array();
  write_reference("channels/namespace/messages", "connectError");
  writer_.end_array().end_object().end_object();
  for (const auto* event : service::client_events()) write_client_operation(*event);
  for (const auto& row : service::server_events()) write_server_operation(row);
  writer_.end_object();
}

void Document::write_client_operation(const ClientEvent& event) {
  writer_.key(emit_name(event)).begin_object().member("action", "receive").member("title", event.name).member("summary", event.summary);
  if (!event.about.empty()) writer_.member("description", event.about);
  writer_.key("channel");
  write_reference("channels", "namespace");
  writer_.key("messages").begin_array();
  write_reference("channels/namespace/messages", emit_name(event));
  writer_.end_array();
  writer_.key("reply").begin_object().key("channel");
  write_reference("channels", "namespace");
  writer_.key("messages").begin_array();
  write_reference("channels/namespace/messages", ack_name(event));
  writer_.end_array().end_object();
  write_refusals(event);
  writer_.end_object();
}

/// Every refusal text that the sender may get, and whether it comes only by ack or also by the `error` event.
void Document::write_refusals(const ClientEvent& event) {
  writer_.key("x-refusals").begin_object();
  writer_.key("by").begin_array();
  writer_.string("ack");
  if (event.refused_by == RefusedBy::ack_and_error_event) writer_.string(name_of(ServerEvent::error));
  writer_.end_array().key("texts").begin_array();
  each_refusal(event, [&](const api::Refusal& refusal) {
    writer_.begin_object().member("error", api::example_of(refusal.text)).member("code", error_row(refusal.code).name).end_object();
  });
  writer_.end_array().end_object();
}

void Document::write_server_operation(const service::ServerEventRow& row) {
  writer_.key(hear_name(row.name)).begin_object().member("action", "send").member("title", row.name).member("summary", row.summary);
  writer_.key("channel");
  write_reference("channels", "namespace");
  writer_.key("messages").begin_array();
  write_reference("channels/namespace/messages", hear_name(row.name));
  writer_.end_array().end_object();
}

void Document::write_payload(std::span<const api::Member> members) {
  writer_.key("payload").begin_object();
  schemas_.write_members(members);
  writer_.end_object().key("examples").begin_array().begin_object().key("payload");
  api::write_example(writer_, members);
  writer_.end_object().end_array();
}

void Document::write_messages() {
  writer_.key("messages").begin_object();
  write_connect_messages();
  for (const auto* event : service::client_events()) {
    write_client_message(*event);
    write_ack(*event);
  }
  for (const auto& row : service::server_events()) {
    writer_.key(hear_name(row.name)).begin_object().member("name", row.name).member("title", row.name).member("summary", row.summary);
    write_payload(row.payload);
    writer_.end_object();
  }
  writer_.end_object();
}

void Document::write_client_message(const ClientEvent& event) {
  writer_.key(emit_name(event)).begin_object().member("name", event.name).member("title", event.name).member("summary", event.summary);
  write_payload(event.payload);
  writer_.end_object();
}

void Document::write_connect_messages() {
  writer_.key("connect").begin_object().member("name", "CONNECT").member("title", "CONNECT").member("summary", "The handshake's `auth`");
  write_payload(auth);
  writer_.end_object();
  writer_.key("connectError").begin_object().member("name", "CONNECT_ERROR").member("title", "CONNECT_ERROR");
  writer_.member("summary", "The reason why a connection was refused, in the order of the checks").key("payload").begin_object();
  writer_.member("type", "object").key("properties").begin_object().key("message").begin_object().key("enum").begin_array();
  for (const auto text : service::connect_refusals()) writer_.string(text);
  writer_.end_array().end_object().end_object().key("required").begin_array().string("message").end_array().end_object();
  writer_.key("examples").begin_array();
  for (const auto text : service::connect_refusals()) {
    writer_.begin_object().key("payload").begin_object().member("message", text).end_object().end_object();
  }
  writer_.end_array().end_object();
}

void Document::write_ack(const ClientEvent& event) {
  writer_.key(ack_name(event)).begin_object().member("name", event.name).member("title", "Ack of " + std::string(event.name));
  writer_.key("payload").begin_object().key("oneOf").begin_array();
  write_success_schema(event);
  write_failure_schema(event);
  writer_.end_array().end_object();
  write_ack_examples(event);
  writer_.end_object();
}

void Document::write_success_schema(const ClientEvent& event) {
  std::vector<api::Member> members = {{"success", &api::schemas::yes}};
  members.insert(members.end(), event.ack.begin(), event.ack.end());
  writer_.begin_object();
  schemas_.write_members(members);
  writer_.end_object();
}

void Document::write_failure_schema(const ClientEvent& event) {
  std::vector<std::string_view> texts;
  each_refusal(event, [&](const api::Refusal& refusal) { texts.push_back(refusal.text); });
  std::vector<api::Member> members = {{"success", &api::schemas::no}, {"error", &api::schemas::text}, {"code", &api::schemas::error_name}};
  members.push_back({"retryAfter", &api::schemas::seconds, "When trying again may help.", api::Presence::rare});
  members.insert(members.end(), event.refusal.begin(), event.refusal.end());
  writer_.begin_object();
  schemas_.write_members(members);
  writer_.key("allOf").begin_array().begin_object().key("properties").begin_object().key("error");
  api::write_texts_schema(writer_, texts);
  writer_.end_object().end_object().end_array().end_object();
}

void Document::write_ack_examples(const ClientEvent& event) {
  writer_.key("examples").begin_array().begin_object().member("name", "success").key("payload").begin_object().key("success").boolean(true);
  for (const auto& member : event.ack) {
    if (member.presence == api::Presence::rare) continue;
    writer_.key(member.name);
    api::write_example(writer_, *member.schema);
  }
  writer_.end_object().end_object();
  each_refusal(event, [&](const api::Refusal& refusal) {
    writer_.begin_object().key("payload").begin_object().key("success").boolean(false);
    writer_.member("error", api::example_of(refusal.text)).member("code", error_row(refusal.code).name).end_object().end_object();
  });
  writer_.end_array();
}

}  // namespace

std::string asyncapi_document(const HttpApiConfig& config) {
  std::string json;
  Document(json).write(config.version);
  return with_settings(std::move(json), config);
}

}  // namespace parley::http_api
