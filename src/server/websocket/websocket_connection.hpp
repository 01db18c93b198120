// WebSocket (RFC 6455) on one connection: frames in, messages out. Answers pings, and performs and times the closing handshake. If a peer
// sends many frames at once, only some of them are handled in each turn of the loop.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "protocol/websocket/frame_codec.hpp"
#include "server/connection/connection.hpp"
#include "server/loop/turn_share.hpp"

namespace parley::server {

struct WebsocketEnd {
  enum class How : std::uint8_t {
    closed,    // by the peer, or by this side and the peer agreed
    lost,      // the connection ended without a close frame
    violated,  // the peer broke the protocol or exceeded a limit
  };
  How how = How::lost;
  std::uint16_t code = protocol::websocket::close_code::abnormal;
  std::string_view reason;  // lives as long as the call
};

/// The receiver of the messages.
class WebsocketUser {
 public:
  virtual ~WebsocketUser() = default;
  virtual void on_text(std::string_view text) = 0;
  virtual void on_binary(BytesView bytes) = 0;
  /// Called exactly once, as the last call; afterwards the WebsocketConnection must not be used.
  virtual void on_end(const WebsocketEnd& end) = 0;
};

/// Threads: its connection's loop.
class WebsocketConnection final : public Conversation {
 public:
  WebsocketConnection(Connection& connection, std::size_t message_bytes_max, std::shared_ptr<WebsocketUser> user);

  /// Append whole frames to it, then call `written`.
  [[nodiscard]] std::string& output() { return connection_.output(); }
  void written() { connection_.written(); }
  [[nodiscard]] bool keeps_up() const { return connection_.keeps_up(); }
  void vouch() { connection_.vouch(); }
  /// No bytes are taken before that time.
  void pause_until(SteadyTime time) { paused_until_ = time; }
  /// Begins the closing handshake after everything queued; further input of the peer is ignored.
  void close(std::uint16_t code, std::string_view reason);
  [[nodiscard]] bool closing() const { return closing_; }

  std::size_t on_bytes(std::span<char> bytes) override;
  void on_end() override { connection_.cut(); }
  void on_gone() override;
  void drain() override { close(protocol::websocket::close_code::going_away, {}); }
  [[nodiscard]] std::size_t held_bytes() const override { return decoder_.held_bytes(); }

 private:
  [[nodiscard]] bool is_paused() const;
  [[nodiscard]] std::size_t postpone();
  void on_control(const protocol::websocket::Decoded& decoded);
  void on_close_frame(const protocol::websocket::Decoded& decoded);
  void on_violation(const protocol::websocket::Decoded& decoded);
  void end(const WebsocketEnd& end);

  Connection& connection_;
  protocol::websocket::FrameDecoder decoder_;
  std::shared_ptr<WebsocketUser> user_;  // null after on_end
  TurnShare<limits::frames_of_turn, limits::frames_per_turn> turn_;
  SteadyTime paused_until_{};
  bool closing_ = false;
};

}  // namespace parley::server
