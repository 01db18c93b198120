// Answers to a socket: acks and `error` events (docs/api-contract.md §6.3, §6.4). On the connection's loop.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "api/answer.hpp"
#include "base/containers/scratch_text.hpp"
#include "service/shared/connection.hpp"

namespace parley::service {

/// Answers one event of one connection.
class SocketAnswer {
 public:
  SocketAnswer(ConnectionPtr connection, std::optional<std::uint64_t> ack) : connection_(std::move(connection)), ack_(ack) {}

  /// `{"success":true,…}`: `members` writes the rest. Sends nothing when no ack was asked for.
  template <typename WriteMembers>
  void succeed(WriteMembers members) const {
    if (auto packet = write_success(members)) connection_->peer->send(std::move(packet));
  }
  /// The packet that `succeed` sends; null: no ack was asked for. Threads: any.
  template <typename WriteMembers>
  [[nodiscard]] protocol::socketio::PacketPtr write_success(WriteMembers members) const {
    if (!ack_) return nullptr;
    ScratchText json;
    JsonWriter writer(json.text());
    writer.begin_object().key("success").boolean(true);
    members(writer);
    writer.end_object();
    return write_ack(json.text());
  }
  /// `{"success":false,"error":…,"code":…[,"retryAfter":…][,"sessionId":…]…}`; `write_more` writes the rest. Sends nothing when no ack was
  /// asked for.
  void fail(const Error& error, const std::function<void(JsonWriter&)>& write_more = {}) const;
  /// The `error` event: `{"message":…[,"type":…]}`.
  void emit_error(const Error& error, std::string_view type = {}) const;

  [[nodiscard]] const ConnectionPtr& connection() const { return connection_; }

 private:
  [[nodiscard]] protocol::socketio::PacketPtr write_ack(std::string_view json) const;

  ConnectionPtr connection_;
  std::optional<std::uint64_t> ack_;
};

}  // namespace parley::service
