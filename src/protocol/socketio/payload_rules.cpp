// The rules, one function per kind of payload. Each returns the problem, or nothing.
#include "protocol/socketio/payload_rules.hpp"

#include <simdjson.h>

#include <algorithm>
#include <bitset>
#include <charconv>

#include "base/limits.hpp"

namespace parley::protocol::socketio {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;
using Problem = std::optional<std::string_view>;

// Names that the JavaScript libraries reserve: they treat an event with such a name as a malformed packet.
constexpr std::array<std::string_view, 6> reserved_names = {"connect",       "connect_error", "disconnect",
                                                            "disconnecting", "newListener",   "removeListener"};

template <typename Number>
std::string_view as_text(Number number, NameText& name_text) {
  const auto result = std::to_chars(name_text.data(), name_text.data() + name_text.size(), number);
  return {name_text.data(), result.ptr};
}

/// The name of an event: a string, or a number as text; nothing for other kinds.
std::optional<std::string_view> name_of(element first, NameText& name_text) {
  switch (first.type()) {
    case element_type::STRING:
      return std::string_view(first.get_string().value_unsafe());
    case element_type::INT64:
      return as_text(first.get_int64().value_unsafe(), name_text);
    case element_type::UINT64:
      return as_text(first.get_uint64().value_unsafe(), name_text);
    case element_type::DOUBLE:
      return as_text(first.get_double().value_unsafe(), name_text);
    default:
      return std::nullopt;
  }
}

Problem check_event(Packet& packet, element payload, NameText& name_text) {
  simdjson::dom::array array;
  if (payload.get_array().get(array) != simdjson::SUCCESS || array.size() == 0) {
    return "an event is an array that begins with its name";
  }
  const auto name = name_of(array.at(0).value_unsafe(), name_text);
  if (!name || std::ranges::find(reserved_names, *name) != reserved_names.end()) {
    return "an event's name is a string that is not reserved";
  }
  if (name->size() > limits::event_name_bytes_max) {
    return "an event's name is too long";
  }
  packet.name = *name;
  return std::nullopt;
}

/// The attachments to which the placeholders of a payload point.
class Placeholders {
 public:
  explicit Placeholders(std::size_t attachment_count) : attachment_count_(attachment_count) {}

  /// The parser limits the nesting, so the recursion is limited, too.
  [[nodiscard]] bool collect(element value) {
    if (value.is_array()) {
      return std::ranges::all_of(value.get_array().value_unsafe(), [this](element item) { return collect(item); });
    }
    if (!value.is_object()) {
      return true;
    }
    const simdjson::dom::object object = value.get_object().value_unsafe();
    bool marked = false;
    if (object["_placeholder"].get_bool().get(marked) == simdjson::SUCCESS && marked) {
      return note(object["num"]);
    }
    return std::ranges::all_of(object, [this](simdjson::dom::key_value_pair member) { return collect(member.value); });
  }

  [[nodiscard]] bool complete() const { return seen_.count() == attachment_count_; }

 private:
  bool note(simdjson::simdjson_result<element> number) {
    std::uint64_t index = 0;
    if (number.get_uint64().get(index) != simdjson::SUCCESS || index >= attachment_count_ || seen_[index]) {
      return false;
    }
    seen_.set(index);
    return true;
  }

  std::size_t attachment_count_;
  std::bitset<limits::attachments_max> seen_;
};

Problem check_attachments(const Packet& packet, element payload) {
  Placeholders placeholders(packet.attachment_count);
  if (!placeholders.collect(payload) || !placeholders.complete()) {
    return "placeholders and attachments do not match";
  }
  return std::nullopt;
}

}  // namespace

bool may_lack_payload(PacketType type) {
  return type == PacketType::connect || type == PacketType::disconnect;
}

std::optional<std::string_view> check_payload(Packet& packet, const element& payload, NameText& name_text) {
  Problem problem;
  switch (packet.type) {
    case PacketType::connect:
      return payload.is_object() ? std::nullopt : Problem("connect has an object or nothing");
    case PacketType::disconnect:
      return "disconnect has no payload";
    case PacketType::connect_error:
      return payload.is_object() || payload.is_string() ? std::nullopt : Problem("connect error has an object or a string");
    case PacketType::event:
      return check_event(packet, payload, name_text);
    case PacketType::ack:
      return payload.is_array() ? std::nullopt : Problem("an ack is an array");
    case PacketType::binary_event:
      problem = check_event(packet, payload, name_text);
      break;
    case PacketType::binary_ack:
      problem = payload.is_array() ? std::nullopt : Problem("an ack is an array");
      break;
  }
  return problem ? problem : check_attachments(packet, payload);
}

}  // namespace parley::protocol::socketio
