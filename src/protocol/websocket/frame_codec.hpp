// WebSocket frames (RFC 6455 §5 to §8) without a socket: bytes in, messages and errors out.
//
// Promises   A message whose single frame lies completely in one input is returned in place: unmasked there, not copied. A
//            decoder between messages holds no memory of its own. The boundaries of the inputs affect only the copying.
// Leaves out Extensions (no permessage-deflate: reserved bits are an error), the timing of the closing handshake, and the answers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "protocol/websocket/utf8_validator.hpp"

namespace parley::protocol::websocket {

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };  // RFC 6455 §5.2

/// The side that decodes. A server requires masked frames, a client unmasked ones (RFC 6455 §5.1).
enum class Role : std::uint8_t { server, client };

namespace close_code {  // RFC 6455 §7.4.1
inline constexpr std::uint16_t normal = 1000;
inline constexpr std::uint16_t going_away = 1001;
inline constexpr std::uint16_t protocol_error = 1002;
inline constexpr std::uint16_t no_status = 1005;  // never on the wire: a close frame without a code
inline constexpr std::uint16_t abnormal = 1006;   // never on the wire: the connection ended without a close frame
inline constexpr std::uint16_t invalid_payload = 1007;
inline constexpr std::uint16_t policy_violation = 1008;
inline constexpr std::uint16_t message_too_big = 1009;
inline constexpr std::uint16_t internal_error = 1011;
inline constexpr std::uint16_t service_restart = 1012;
inline constexpr std::uint16_t try_again_later = 1013;
}  // namespace close_code

/// Whether a peer may send this code: 1000–1003, 1007–1014 and 3000–4999.
[[nodiscard]] bool is_sendable_close_code(std::uint16_t code);

struct DecoderConfig {
  Role role = Role::server;
  std::size_t message_bytes_max = limits::frame_bytes_max;  // of one message after reassembly
};

/// The result of FrameDecoder::next.
struct Decoded {
  enum class Kind : std::uint8_t {
    need_more,  // the input is used up
    text,       // a whole message, valid UTF-8
    binary,     // a whole message
    ping,       // answer with a pong of the same payload
    pong,
    close,  // code and reason (payload); nothing more will be decoded
    error,  // send a close frame with this code and drop the connection; nothing more will be decoded
  };
  Kind kind = Kind::need_more;
  std::uint16_t code = 0;  // close: the peer's code, or no_status; error: 1002, 1007 or 1009
  BytesView payload;       // lives until the next call; error: a text for the log, static
};

class FrameDecoder {
 public:
  explicit FrameDecoder(DecoderConfig config = {}) : config_(config) {}

  /// Passes bytes from the peer. They are changed in place and must stay valid until `next` has returned need_more, close or error.
  /// The previous input must be used up. After close or error, input is ignored.
  void feed(std::span<char> input);
  /// The next item in the input. Call it until it returns need_more, close or error; after close or error it returns need_more.
  [[nodiscard]] Decoded next();

  /// Bytes of the input that `next` has not reached. Call it between two items.
  [[nodiscard]] std::size_t input_left() const { return input_.size(); }
  /// Drops these bytes: they come again with the next input.
  void drop_input() { input_ = {}; }
  /// Bytes kept of an incomplete message.
  [[nodiscard]] std::size_t held_bytes() const { return message_.size(); }
  /// Not inside a frame and not inside a fragmented message.
  [[nodiscard]] bool idle() const { return header_size_ == 0 && !payload_pending_ && fragmented_ == Opcode::continuation; }

 private:
  struct Header {
    Opcode opcode = Opcode::continuation;
    bool final = false;
    std::uint64_t payload_size = 0;
  };

  [[nodiscard]] bool read_header();
  [[nodiscard]] std::size_t full_header_size() const;
  [[nodiscard]] bool accept_first_bytes();
  [[nodiscard]] bool accept_header();
  [[nodiscard]] Decoded read_control_payload();
  [[nodiscard]] Decoded finish_close(BytesView payload);
  [[nodiscard]] Decoded read_data_payload();
  [[nodiscard]] Decoded finish_whole_message(BytesView payload);
  [[nodiscard]] Decoded finish_split_message(bool text);
  [[nodiscard]] std::span<char> take(std::size_t bytes_max);
  [[nodiscard]] std::span<char> take_payload();
  void end_frame();
  void finish();
  bool fail(std::uint16_t code, std::string_view reason);
  [[nodiscard]] Decoded failure() const { return {Decoded::Kind::error, failure_code_, failure_reason_}; }

  DecoderConfig config_;
  std::span<char> input_;
  std::string message_;                  // of a fragmented or split message, unmasked
  std::array<char, 14> header_bytes_{};  // of the current frame
  std::string control_;                  // payload of a control frame that came in several inputs
  Header header_;
  std::array<char, 4> mask_{};
  std::uint64_t payload_read_ = 0;            // of the current frame
  std::uint8_t header_size_ = 0;              // bytes of header_bytes_ in use
  bool payload_pending_ = false;              // a header is accepted, its payload is not complete
  bool finished_ = false;                     // close or error was returned
  bool clear_message_ = false;                // the last call returned message_
  Opcode fragmented_ = Opcode::continuation;  // text or binary while a message is open
  Utf8Validator utf8_;
  std::uint16_t failure_code_ = 0;
  std::string_view failure_reason_;
};

/// Bytes of the header of an unmasked frame: 2, 4 or 10.
[[nodiscard]] std::size_t frame_header_size(std::size_t payload_size);
/// Writes the header of an unmasked, unfragmented frame; returns its size. `out` has room for frame_header_size(payload_size).
std::size_t write_frame_header(char* out, Opcode opcode, std::size_t payload_size);
void append_frame_header(std::string& out, Opcode opcode, std::size_t payload_size);

/// A whole unmasked frame, as a server sends it.
void append_frame(std::string& out, Opcode opcode, BytesView payload);
/// A whole masked frame, as a client sends it. `mask` must be unpredictable (RFC 6455 §5.3).
void append_masked_frame(std::string& out, Opcode opcode, BytesView payload, std::array<std::uint8_t, 4> mask);
/// The payload of a close frame: empty for no_status, else the code and as much of `reason` as fits 125 bytes without cutting a code point.
[[nodiscard]] std::string close_payload(std::uint16_t code, std::string_view reason);
/// An unmasked close frame.
void append_close_frame(std::string& out, std::uint16_t code, std::string_view reason);

/// XORs `bytes` with the repeated mask, starting at `mask[offset % 4]` (RFC 6455 §5.3).
void apply_mask(std::span<char> bytes, std::array<char, 4> mask, std::size_t offset);

}  // namespace parley::protocol::websocket
