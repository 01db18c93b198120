// Decodes the text of a packet from left to right: type, attachment count, namespace, id, payload. The payload is copied once, into a
// reused buffer with the padding that simdjson needs; the returned views point into this buffer.
#include <simdjson.h>

#include <algorithm>
#include <charconv>

#include "base/ascii.hpp"
#include "base/number_relaxation.hpp"
#include "base/utf8.hpp"
#include "protocol/socketio/packet.hpp"
#include "protocol/socketio/payload_rules.hpp"

namespace parley::protocol::socketio {
namespace {

bool is_binary(PacketType type) {
  return type == PacketType::binary_event || type == PacketType::binary_ack;
}

bool is_ack(PacketType type) {
  return type == PacketType::ack || type == PacketType::binary_ack;
}

std::unexpected<DecodeError> malformed(std::size_t offset, std::string_view what) {
  return std::unexpected(DecodeError{offset, what});
}

/// Reads the head of a packet: everything before the payload. `position` ends up at the payload.
class HeadReader {
 public:
  explicit HeadReader(std::string_view text) : text_(text) {}

  [[nodiscard]] std::expected<Packet, DecodeError> read() {
    if (text_.empty() || text_.front() < '0' || text_.front() > '6') {
      return malformed(0, "unknown packet type");
    }
    packet_.type = static_cast<PacketType>(text_.front() - '0');
    position_ = 1;
    if (is_binary(packet_.type) && !read_attachment_count()) {
      return malformed(1, "no attachment count, or above the limit");
    }
    if (!read_namespace()) {
      return malformed(position_, "namespace is not UTF-8");
    }
    const std::size_t id_position = position_;
    if (!read_id()) {
      return malformed(id_position, "ack id has more than 64 bits");
    }
    if (is_ack(packet_.type) != packet_.id.has_value() && (is_ack(packet_.type) || !takes_id(packet_.type))) {
      return malformed(id_position, is_ack(packet_.type) ? "ack without an id" : "this type has no id");
    }
    return packet_;
  }

  [[nodiscard]] std::size_t position() const { return position_; }

 private:
  static bool takes_id(PacketType type) { return type == PacketType::event || type == PacketType::binary_event; }

  /// Digits at the position; nothing when there are none or they do not fit 64 bits.
  std::optional<std::uint64_t> read_digits() {
    std::uint64_t value = 0;
    const char* const end = text_.data() + text_.size();
    const auto [stop, error] = std::from_chars(text_.data() + position_, end, value);
    position_ = static_cast<std::size_t>(stop - text_.data());
    return error == std::errc{} ? std::optional(value) : std::nullopt;
  }

  bool read_attachment_count() {
    const auto count = read_digits();
    if (!count || *count > limits::attachments_max || position_ == text_.size() || text_[position_] != '-') {
      return false;
    }
    packet_.attachment_count = static_cast<std::size_t>(*count);
    ++position_;
    return true;
  }

  bool read_namespace() {
    if (position_ == text_.size() || text_[position_] != '/') {
      return true;
    }
    const std::size_t end = std::min(text_.find(',', position_), text_.size());
    const std::string_view nsp = text_.substr(position_, end - position_);
    packet_.nsp = nsp.substr(0, nsp.find('?'));
    if (!simdjson::validate_utf8(nsp)) {
      return false;
    }
    position_ = std::min(end + 1, text_.size());
    return true;
  }

  bool read_id() {
    if (position_ == text_.size() || !is_digit(text_[position_])) {
      return true;
    }
    packet_.id = read_digits();
    return packet_.id.has_value();
  }

  std::string_view text_;
  std::size_t position_ = 0;
  Packet packet_;
};

}  // namespace

struct PacketDecoder::Impl {
  static constexpr std::size_t parser_bytes_kept = 64 * 1024;  // the capacity that is kept, in bytes of JSON

  simdjson::dom::parser parser;
  std::string payload;  // followed by simdjson's padding
  std::string relaxed;  // a copy in which numbers that no double holds are replaced; rarely used
  NameText name_text;

  std::expected<simdjson::dom::element, simdjson::error_code> parse(std::string& json, std::size_t size) {
    json.resize(size + simdjson::SIMDJSON_PADDING);
    // The elements of the last packet are no longer needed. A parser keeps its buffers, nine bytes for each byte of the largest packet.
    if (parser.capacity() > parser_bytes_kept) parser = simdjson::dom::parser();
    simdjson::dom::element root;
    const simdjson::error_code error = parser.parse(json.data(), size, false).get(root);
    if (error != simdjson::SUCCESS) {
      return std::unexpected(error);
    }
    return root;
  }

  /// Parses the payload. JavaScript reads any number, simdjson only those of 64 bits. If it fails, a copy with other numbers is parsed.
  std::expected<simdjson::dom::element, simdjson::error_code> parse_payload(std::string_view json) {
    payload.assign(json);
    repair_lone_surrogate_escapes(payload);
    auto root = parse(payload, json.size());
    if (root || root.error() != simdjson::NUMBER_ERROR) {
      return root;
    }
    relaxed.assign(payload, 0, json.size());
    if (!relax_numbers(relaxed)) {
      return root;
    }
    return parse(relaxed, json.size());
  }
};

PacketDecoder::PacketDecoder() : impl_(std::make_unique<Impl>()) {}
PacketDecoder::~PacketDecoder() = default;
PacketDecoder::PacketDecoder(PacketDecoder&&) noexcept = default;
PacketDecoder& PacketDecoder::operator=(PacketDecoder&&) noexcept = default;

std::expected<Packet, DecodeError> PacketDecoder::decode(std::string_view text) {
  HeadReader head(text);
  auto packet = head.read();
  if (!packet) {
    return packet;
  }
  const std::size_t offset = head.position();
  if (offset == text.size()) {
    return may_lack_payload(packet->type) ? packet : malformed(offset, "payload is missing");
  }
  if (packet->type == PacketType::disconnect) {
    return malformed(offset, "disconnect has no payload");
  }
  const auto root = impl_->parse_payload(text.substr(offset));
  if (!root) {
    return malformed(offset, simdjson::error_message(root.error()));
  }
  packet->json = std::string_view(impl_->payload).substr(0, text.size() - offset);
  if (const auto problem = check_payload(*packet, *root, impl_->name_text)) {
    return malformed(offset, *problem);
  }
  return packet;
}

}  // namespace parley::protocol::socketio
