// A binary packet outlives the buffers that it was decoded from, so it is copied. A packet without attachments is not copied.
#include "protocol/socketio/packet.hpp"

#include <algorithm>

namespace parley::protocol::socketio {

struct PacketAssembler::Pending {
  explicit Pending(const Packet& source)
      : packet(source), nsp(source.nsp), name(source.name), json(source.json), bytes(source.json.size()) {
    packet.nsp = nsp;
    packet.name = name;
    packet.json = json;
    attachments.reserve(source.attachment_count);
  }
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;

  Packet packet;  // its views point to the strings below
  std::string nsp;
  std::string name;
  std::string json;
  std::vector<Bytes> attachments;
  std::size_t bytes;  // of json and attachments
};

void PacketAssembler::PendingDeleter::operator()(Pending* pending) const {
  delete pending;
}

std::expected<std::optional<WholePacket>, DecodeError> PacketAssembler::on_text(PacketDecoder& decoder, std::string_view text) {
  whole_.reset();
  if (pending_ != nullptr) {
    return std::unexpected(DecodeError{0, "text where an attachment is due"});
  }
  const auto packet = decoder.decode(text);
  if (!packet) {
    return std::unexpected(packet.error());
  }
  if (packet->attachment_count == 0) {
    return WholePacket{*packet, {}};
  }
  pending_.reset(new Pending(*packet));
  return std::nullopt;
}

std::expected<std::optional<WholePacket>, DecodeError> PacketAssembler::on_binary(BytesView bytes) {
  whole_.reset();
  if (pending_ == nullptr) {
    return std::unexpected(DecodeError{0, "an attachment that nobody announced"});
  }
  if (bytes.size() > packet_bytes_max_ - std::min(pending_->bytes, packet_bytes_max_)) {
    return std::unexpected(DecodeError{0, "packet with its attachments is too big"});
  }
  pending_->bytes += bytes.size();
  pending_->attachments.emplace_back(bytes);
  if (pending_->attachments.size() < pending_->packet.attachment_count) {
    return std::nullopt;
  }
  whole_ = std::move(pending_);
  return WholePacket{whole_->packet, whole_->attachments};
}

std::size_t PacketAssembler::held_bytes() const {
  return (pending_ == nullptr ? 0 : pending_->bytes) + (whole_ == nullptr ? 0 : whole_->bytes);
}

}  // namespace parley::protocol::socketio
