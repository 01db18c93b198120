// The client side of one WebSocket connection, without a socket: the opening handshake, then whole text messages. It answers pings and
// skips binary messages and pongs, because a run asks for neither.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "load/random.hpp"
#include "protocol/websocket/frame_codec.hpp"

namespace parley::bench {

class WebsocketClient {
 public:
  struct Address {
    std::string_view host;    // `127.0.0.1:3000`
    std::string_view target;  // `/socket.io/?EIO=4&transport=websocket`
  };

  /// `random`: for the key and the masks; must outlive the client.
  explicit WebsocketClient(Random& random);

  /// Appends the request of the handshake.
  void open(const Address& address, std::string& out);
  /// Takes received bytes and returns the number of consumed ones: 0 until the whole answer to the handshake is there. Afterwards call
  /// `next` until it returns nothing.
  [[nodiscard]] std::size_t feed(std::span<char> bytes);
  /// The next text message, valid until the next call. Nothing: the input is used up, or the connection has failed. Appends pongs to `out`.
  [[nodiscard]] std::optional<std::string_view> next(std::string& out);
  /// Appends one text message.
  void put(std::string_view text, std::string& out);

  [[nodiscard]] bool is_open() const { return state_ == State::open; }
  /// Ends the connection. From now on `next` returns nothing. Only the first reason is kept.
  void fail(std::string reason);
  /// The reason of the end; empty if there was none.
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  enum class State : std::uint8_t { upgrading, open, failed };

  [[nodiscard]] std::size_t finish_upgrade(std::string_view bytes);

  Random& random_;
  State state_ = State::upgrading;
  std::string host_;
  std::string key_;
  std::string failure_;
  protocol::websocket::FrameDecoder decoder_;
};

}  // namespace parley::bench
