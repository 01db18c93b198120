// The part of MongoDB's wire protocol that a gate needs: the end of a message, the app name of a connection, and whether a message is work
// or a heartbeat. Takes bytes and returns values; no socket. Other protocols pass unchanged, so a gate also works in front of other
// servers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace parley::test {

/// Cuts a stream into whole messages.
class MessageSplitter {
 public:
  void add(std::string_view bytes) { stored_.append(bytes); }
  /// The next whole message; nothing while it is incomplete. Bytes that cannot be a message are all returned, from then on.
  [[nodiscard]] std::optional<std::string> next();

 private:
  std::string stored_;
  bool foreign_ = false;
};

/// These numbers of the header show which answer belongs to which request; 0 if the message is too short.
[[nodiscard]] std::int32_t request_id(std::string_view message);
[[nodiscard]] std::int32_t response_to(std::string_view message);

/// The `client.application.name` of a handshake, the first message of a connection; empty if absent.
[[nodiscard]] std::string app_name_of_handshake(std::string_view first_message);

/// False for hello, isMaster and ping, which drivers send on their own.
[[nodiscard]] bool is_operation(std::string_view message);

}  // namespace parley::test
