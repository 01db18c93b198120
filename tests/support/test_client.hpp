// Blocking clients for tests of the whole server over real sockets: one for HTTP, one for Socket.IO over WebSocket. Both keep everything
// they received, so that a test can check that something has not arrived yet.
//
// Errors   std::runtime_error: for an answer outside the contract, a broken connection, or a wait of more than 30 s.
// Threads  one.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/websocket/frame_codec.hpp"
#include "server/loop/socket.hpp"

namespace parley::test {

/// A connection to 127.0.0.1.
class TcpClient {
 public:
  explicit TcpClient(std::uint16_t port);

  void send(std::string_view bytes);
  /// Returns received bytes, after waiting for them up to `patience`; empty if none arrived.
  [[nodiscard]] std::string receive(std::chrono::milliseconds patience);

 private:
  server::Descriptor socket_;
};

/// One request at a time on a kept-alive connection.
class RestClient {
 public:
  RestClient(std::uint16_t port, std::string token) : connection_(port), token_(std::move(token)) {}

  struct Answer {
    unsigned status = 0;
    std::string body;
  };
  void send(std::string_view method, std::string_view target, std::string_view json = {});
  /// The answer to the last request, if it has arrived; does not wait.
  [[nodiscard]] std::optional<Answer> answer_so_far();
  [[nodiscard]] Answer wait_for_answer();
  [[nodiscard]] Answer get(std::string_view target);
  [[nodiscard]] Answer post(std::string_view target, std::string_view json);

 private:
  [[nodiscard]] std::optional<Answer> receive(std::chrono::milliseconds patience);

  TcpClient connection_;
  std::string token_;
  std::string received_;
};

/// A connected socket of the namespace `/`.
class ChatSocket {
 public:
  /// Performs the handshake and connects; returns when the server has accepted the token.
  ChatSocket(std::uint16_t port, const std::string& token);

  /// Sends `["event",payload]` and returns the id of its ack.
  std::uint64_t emit(std::string_view event, std::string_view payload);
  /// The arguments of that ack, as a JSON array.
  [[nodiscard]] std::string wait_for_ack(std::uint64_t id);
  /// The ack if it has arrived; does not wait.
  [[nodiscard]] std::optional<std::string> ack_so_far(std::uint64_t id);
  /// Payloads of the received events of this name, in order of arrival.
  [[nodiscard]] std::vector<std::string> events_so_far(std::string_view event);
  [[nodiscard]] std::vector<std::string> wait_for_events(std::string_view event, std::size_t count);

 private:
  void send_packet(std::string_view packet);
  void wait_until(const std::function<bool()>& done, const std::string& what);
  void receive(std::chrono::milliseconds patience);
  void take_frames(std::span<char> bytes);
  void take_packet(std::string_view packet);
  void take_ack(std::string_view packet);

  TcpClient connection_;
  protocol::websocket::FrameDecoder decoder_;
  std::uint64_t last_id_ = 0;
  bool opened_ = false;
  bool connected_ = false;
  std::map<std::uint64_t, std::string> acks_;
  std::vector<std::string> events_;  // `["name",…]`
};

}  // namespace parley::test
