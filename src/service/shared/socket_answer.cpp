#include "service/shared/socket_answer.hpp"

#include "domain/error_code.hpp"
#include "service/shared/server_event.hpp"

namespace parley::service {
namespace {

constexpr std::string_view chat_namespace = "/";

}  // namespace

void SocketAnswer::fail(const Error& error, const std::function<void(JsonWriter&)>& write_more) const {
  connection_->peer->count_refusal();
  if (!ack_) return;
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().key("success").boolean(false);
  writer.member("error", error.message).member("code", error_row(error.code).name);
  if (error.retry_after_ms > 0) writer.key("retryAfter").integer(api::retry_after_seconds(error.retry_after_ms));
  if (error.code == ErrorCode::already_exists) writer.member("sessionId", error.detail);
  if (write_more) write_more(writer);
  writer.end_object();
  connection_->peer->send(write_ack(json));
}

void SocketAnswer::emit_error(const Error& error, std::string_view type) const {
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().member("message", error.message);
  if (!type.empty()) writer.member("type", type);
  writer.end_object();
  connection_->peer->send(protocol::socketio::encode_event(chat_namespace, name_of(ServerEvent::error), json));
}

protocol::socketio::PacketPtr SocketAnswer::write_ack(std::string_view json) const {
  return protocol::socketio::encode_ack(chat_namespace, *ack_, json);
}

}  // namespace parley::service
