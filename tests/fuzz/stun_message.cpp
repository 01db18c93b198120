// Decodes STUN datagrams as answers of a server. A decoded message, encoded and decoded again, must be the same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "protocol/stun/ice_url.hpp"
#include "protocol/stun/message.hpp"

namespace {

using namespace parley::protocol::stun;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  (void)parse_ice_url(input);  // must not crash; the result does not matter
  const auto message = decode_message(input);
  if (!message) {
    require(message.error().offset <= size && !message.error().what.empty());
    return 0;
  }
  (void)has_integrity(*message, "key");
  (void)error_of(*message);
  MessageWriter writer(message->message_class, message->method, message->transaction);
  for (const Attribute& attribute : message->attributes) {
    (void)read_xor_address(attribute.value, message->transaction);
    if (attribute.type != AttributeType::fingerprint) writer.add(attribute.type, attribute.value);
  }
  const auto written = std::move(writer).take();
  const auto again = decode_message(written);
  require(again.has_value() && again->message_class == message->message_class && again->method == message->method);
  std::size_t index = 0;
  for (const Attribute& attribute : message->attributes) {
    if (attribute.type == AttributeType::fingerprint) continue;
    require(again->attributes[index].type == attribute.type && again->attributes[index].value == attribute.value);
    ++index;
  }
  return 0;
}
