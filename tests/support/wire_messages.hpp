// As much of MongoDB's wire protocol as a gate needs: where a message ends, whose connection it is, and whether it is work or only a
// heartbeat. Bytes in, values out; no socket. What is not that protocol is passed on as it came, so a gate in front of anything else works
// too.
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
  /// The next whole message; nothing while it is not complete. When the bytes cannot be a message, all that is stored, from then on.
  [[nodiscard]] std::optional<std::string> next();

 private:
  std::string stored_;
  bool foreign_ = false;
};

/// The header's two numbers that say which answer belongs to which request; 0 when the message is too short.
[[nodiscard]] std::int32_t request_id(std::string_view message);
[[nodiscard]] std::int32_t response_to(std::string_view message);

/// `client.application.name` of a handshake, which is the first message of a connection; empty when there is none.
[[nodiscard]] std::string app_name_of_handshake(std::string_view first_message);

/// False for hello, isMaster and ping: what drivers say on their own.
[[nodiscard]] bool is_operation(std::string_view message);

}  // namespace parley::test
