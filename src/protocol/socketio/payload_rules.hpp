// The rules for the payload of each packet type: those of the JavaScript parser, and our own for attachments. A part of the decoder.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "protocol/socketio/packet.hpp"

namespace simdjson::dom {
class element;
}

namespace parley::protocol::socketio {

/// Room for a number as an event's name.
using NameText = std::array<char, 32>;

[[nodiscard]] bool may_lack_payload(PacketType type);

/// Checks a payload and fills in `packet.name` of events, which points into the parser or into `name_text`. Returns the problem.
[[nodiscard]] std::optional<std::string_view> check_payload(Packet& packet, const simdjson::dom::element& payload, NameText& name_text);

}  // namespace parley::protocol::socketio
