// Refusals that several use cases share, with the texts of docs/api-contract.md.
#pragma once

#include <cstdint>
#include <string_view>

#include "api/refusal_document.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "domain/error_code.hpp"

namespace parley::service {

inline constexpr std::int64_t overloaded_retry_after_ms = 100;  // a commit takes less; a longer wait gains nothing

[[nodiscard]] inline Error session_not_found() {
  return {ErrorCode::not_found, "Session not found", {}};
}
[[nodiscard]] inline Error session_id_in_use(const SessionId& id) {
  return {ErrorCode::already_exists, "Session ID is already in use", id.to_string()};
}
[[nodiscard]] inline Error message_not_found() {
  return {ErrorCode::not_found, "Message not found", {}};
}
[[nodiscard]] inline Error already_ended() {
  return {ErrorCode::session_ended, "Session is already ended", {}};
}
[[nodiscard]] inline Error not_ended() {
  return {ErrorCode::invalid_argument, "Session is not ended", {}};
}
[[nodiscard]] inline Error reopening_is_off() {
  return {ErrorCode::forbidden, "Sessions cannot be reopened on this server", {}};
}
[[nodiscard]] inline Error active_session_exists(const SessionId& session) {
  return {ErrorCode::already_exists, "Active session already exists", session.to_string()};
}
[[nodiscard]] inline Error overloaded() {
  return {ErrorCode::overloaded, "Server is overloaded, please try again", {}, overloaded_retry_after_ms};
}
[[nodiscard]] inline Error session_full() {
  return {ErrorCode::session_full, "Session is full", {}};
}
[[nodiscard]] inline Error idempotency_conflict() {
  return {ErrorCode::idempotency_conflict, "Another message was sent under this clientMessageId", {}};
}
[[nodiscard]] inline Error text_required() {
  return {ErrorCode::invalid_argument, "Session ID and message are required", {}};
}
[[nodiscard]] inline Error rate_limited(const api::Refusal& refusal, std::int64_t retry_after_ms) {
  return {refusal.code, std::string(refusal.text), {}, retry_after_ms};
}
[[nodiscard]] inline Error rate_limited(std::string_view kind, std::int64_t retry_after_ms) {
  return {ErrorCode::rate_limited, "Rate limit exceeded for " + std::string(kind) + " messages", {}, retry_after_ms};
}

}  // namespace parley::service
