// What the payload of each packet type may be: the JavaScript parser's rules, and ours for attachments. A part of the decoder.
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

/// Checks a payload and fills `packet.name` of events: it points into the parser or into `name_text`. Says what is wrong.
[[nodiscard]] std::optional<std::string_view> check_payload(Packet& packet, const simdjson::dom::element& payload, NameText& name_text);

}  // namespace parley::protocol::socketio
