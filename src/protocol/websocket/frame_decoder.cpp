// The decoder is a loop with two states: it collects a header, or it reads the payload of an accepted header. A header is checked as soon
// as its bytes are complete, and text byte by byte. So a bad peer gets an error before its message is complete.
#include <simdjson.h>

#include <algorithm>
#include <cstring>

#include "base/assert.hpp"
#include "protocol/websocket/frame_codec.hpp"

namespace parley::protocol::websocket {
namespace {

constexpr std::uint8_t control_bit = 0x08;
constexpr std::string_view not_utf8 = "text is not UTF-8";

bool is_control(Opcode opcode) {
  return (static_cast<std::uint8_t>(opcode) & control_bit) != 0;
}

bool is_known(std::uint8_t opcode) {
  return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

std::size_t length_field_size(std::uint8_t length) {
  return length < 126 ? 0 : length == 126 ? 2 : 8;
}

std::uint64_t read_big_endian(const char* bytes, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t index = 0; index < size; ++index) {
    value = (value << 8) | static_cast<std::uint8_t>(bytes[index]);
  }
  return value;
}

BytesView view(std::span<char> bytes) {
  return {bytes.data(), bytes.size()};
}

}  // namespace

void FrameDecoder::feed(std::span<char> input) {
  PARLEY_ASSERT(input_.empty());
  if (!finished_) {
    input_ = input;
  }
}

Decoded FrameDecoder::next() {
  if (clear_message_) {
    message_ = {};  // releases the memory: most connections never split a message again
    clear_message_ = false;
  }
  if (!payload_pending_ && !control_.empty()) control_ = {};
  while (!finished_) {
    if (!payload_pending_ && !read_header()) {
      return finished_ ? failure() : Decoded{};
    }
    const Decoded decoded = is_control(header_.opcode) ? read_control_payload() : read_data_payload();
    if (decoded.kind != Decoded::Kind::need_more || payload_pending_) {
      return decoded;
    }
  }
  return {};
}

/// True when a header is complete and acceptable; false when bytes are missing or it failed (then finished_).
bool FrameDecoder::read_header() {
  while (true) {
    const std::size_t size = header_size_ < 2 ? 2 : full_header_size();
    if (header_size_ < size) {
      const std::span<char> piece = take(size - header_size_);
      std::ranges::copy(piece, header_bytes_.begin() + header_size_);
      header_size_ += static_cast<std::uint8_t>(piece.size());
      if (header_size_ < size) {
        return false;
      }
    }
    if (size == 2 && !accept_first_bytes()) {
      return false;
    }
    if (header_size_ == full_header_size()) {
      return accept_header();
    }
  }
}

std::size_t FrameDecoder::full_header_size() const {
  return 2 + length_field_size(static_cast<std::uint8_t>(header_bytes_[1]) & 0x7F) + (config_.role == Role::server ? mask_.size() : 0);
}

bool FrameDecoder::accept_first_bytes() {
  const auto first = static_cast<std::uint8_t>(header_bytes_[0]);
  const auto second = static_cast<std::uint8_t>(header_bytes_[1]);
  if ((first & 0x70) != 0) {
    return fail(close_code::protocol_error, "a reserved bit is set");
  }
  if (!is_known(first & 0x0F)) {
    return fail(close_code::protocol_error, "reserved opcode");
  }
  if (((second & 0x80) != 0) != (config_.role == Role::server)) {
    return fail(close_code::protocol_error, config_.role == Role::server ? "frame is not masked" : "frame is masked");
  }
  header_ = {.opcode = static_cast<Opcode>(first & 0x0F), .final = (first & 0x80) != 0};
  if (is_control(header_.opcode)) {
    if (!header_.final) {
      return fail(close_code::protocol_error, "fragmented control frame");
    }
    return (second & 0x7F) < 126 || fail(close_code::protocol_error, "control frame above 125 bytes");
  }
  if ((header_.opcode == Opcode::continuation) != (fragmented_ != Opcode::continuation)) {
    return fail(close_code::protocol_error,
                header_.opcode == Opcode::continuation ? "nothing to continue" : "the message before is not complete");
  }
  return true;
}

bool FrameDecoder::accept_header() {
  const std::uint8_t length = static_cast<std::uint8_t>(header_bytes_[1]) & 0x7F;
  const std::size_t field = length_field_size(length);
  header_.payload_size = field == 0 ? length : read_big_endian(header_bytes_.data() + 2, field);
  if (field != 0 && header_.payload_size < (field == 2 ? 126u : 0x1'0000u)) {
    return fail(close_code::protocol_error, "length is not in its shortest form");  // RFC 6455 §5.2, "Payload length"
  }
  if ((header_.payload_size >> 63) != 0) {
    return fail(close_code::protocol_error, "length has its highest bit set");
  }
  if (!is_control(header_.opcode) && header_.payload_size > config_.message_bytes_max - message_.size()) {
    return fail(close_code::message_too_big, "message is too big");
  }
  if (config_.role == Role::server) {
    std::memcpy(mask_.data(), header_bytes_.data() + 2 + field, mask_.size());
  }
  payload_pending_ = true;
  payload_read_ = 0;
  return true;
}

Decoded FrameDecoder::read_control_payload() {
  const std::span<char> piece = take_payload();
  std::span<char> payload = piece;
  if (piece.size() < header_.payload_size) {  // split over several inputs: collect the parts
    control_.append(view(piece));
    if (payload_read_ < header_.payload_size) {
      return {};
    }
    payload = control_;
  }
  end_frame();
  switch (header_.opcode) {
    case Opcode::ping:
      return {Decoded::Kind::ping, 0, view(payload)};
    case Opcode::pong:
      return {Decoded::Kind::pong, 0, view(payload)};
    default:
      return finish_close(view(payload));
  }
}

Decoded FrameDecoder::finish_close(BytesView payload) {
  if (payload.empty()) {
    finish();
    return {Decoded::Kind::close, close_code::no_status, {}};
  }
  if (payload.size() == 1) {
    fail(close_code::protocol_error, "close frame with half a code");
    return failure();
  }
  const auto code = static_cast<std::uint16_t>(read_big_endian(payload.data(), 2));
  if (!is_sendable_close_code(code)) {
    fail(close_code::protocol_error, "close code that must not be sent");
    return failure();
  }
  const BytesView reason = payload.substr(2);
  if (!simdjson::validate_utf8(reason.data(), reason.size())) {
    fail(close_code::invalid_payload, "close reason is not UTF-8");
    return failure();
  }
  finish();
  return {Decoded::Kind::close, code, reason};
}

Decoded FrameDecoder::read_data_payload() {
  const std::span<char> piece = take_payload();
  const bool opens = header_.opcode != Opcode::continuation;
  if (opens && header_.final && piece.size() == header_.payload_size) {
    return finish_whole_message(view(piece));
  }
  const bool text = (opens ? header_.opcode : fragmented_) == Opcode::text;
  if (text && !utf8_.accept(view(piece))) {
    fail(close_code::invalid_payload, not_utf8);
    return failure();
  }
  // Reserves the whole frame at once: a string that grows by doubling is copied again and again. Unwritten memory costs nothing.
  const std::size_t whole = message_.size() + piece.size() + static_cast<std::size_t>(header_.payload_size - payload_read_);
  if (whole > message_.capacity()) message_.reserve(whole);
  message_.append(view(piece));
  if (payload_read_ < header_.payload_size) {
    return {};
  }
  end_frame();
  if (!header_.final) {
    if (opens) {
      fragmented_ = header_.opcode;
    }
    return {};
  }
  return finish_split_message(text);
}

/// The message lies in the input in one piece: it was not copied.
Decoded FrameDecoder::finish_whole_message(BytesView payload) {
  end_frame();
  if (header_.opcode == Opcode::binary) {
    return {Decoded::Kind::binary, 0, payload};
  }
  if (!simdjson::validate_utf8(payload.data(), payload.size())) {
    fail(close_code::invalid_payload, not_utf8);
    return failure();
  }
  return {Decoded::Kind::text, 0, payload};
}

Decoded FrameDecoder::finish_split_message(bool text) {
  if (text && !utf8_.at_boundary()) {
    fail(close_code::invalid_payload, not_utf8);
    return failure();
  }
  fragmented_ = Opcode::continuation;
  clear_message_ = true;
  return {text ? Decoded::Kind::text : Decoded::Kind::binary, 0, message_};
}

std::span<char> FrameDecoder::take(std::size_t bytes_max) {
  const std::span<char> piece = input_.first(std::min(bytes_max, input_.size()));
  input_ = input_.subspan(piece.size());
  return piece;
}

/// The part of the current payload that is in the input, unmasked.
std::span<char> FrameDecoder::take_payload() {
  const std::uint64_t missing = header_.payload_size - payload_read_;
  const std::span<char> piece = take(static_cast<std::size_t>(std::min<std::uint64_t>(missing, input_.size())));
  if (config_.role == Role::server) {
    apply_mask(piece, mask_, static_cast<std::size_t>(payload_read_ % mask_.size()));
  }
  payload_read_ += piece.size();
  return piece;
}

void FrameDecoder::end_frame() {
  payload_pending_ = false;
  header_size_ = 0;
}

void FrameDecoder::finish() {
  finished_ = true;
  input_ = {};
}

bool FrameDecoder::fail(std::uint16_t code, std::string_view reason) {
  failure_code_ = code;
  failure_reason_ = reason;
  finish();
  return false;
}

}  // namespace parley::protocol::websocket
