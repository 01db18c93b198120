// Encodes and decodes the body: docs/formats/entry.md, "Body".
#include <utility>

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "domain/byte_codec.hpp"
#include "domain/entry.hpp"
#include "domain/entry_layout.hpp"

namespace parley::domain {
namespace {

static_assert(layout::body_fixed_bytes == 37, "docs/formats/entry.md");
static_assert(limits::client_message_id_bytes_max <= 0xff);

std::size_t encoded_size(const Body& body) {
  std::size_t size_bytes = layout::body_fixed_bytes + body.text.size() + body.client_message_id.size();
  for (const Attribute& attribute : body.attributes) {
    size_bytes += layout::attribute_head_bytes + attribute.name.size() + attribute.value.size();
  }
  return size_bytes;
}

bool is_attribute_name_size(std::size_t size_bytes) {
  return size_bytes >= 1 && size_bytes <= layout::attribute_name_bytes_max;
}

void read_attributes(ByteReader& reader, std::vector<Attribute>& attributes) {
  const std::uint8_t count = reader.u8();
  for (std::uint8_t index = 0; index < count && !reader.failed(); ++index) {
    const BytesView name = reader.short_bytes();
    reader.expect(is_attribute_name_size(name.size()), name.size(), "an attribute name of 1 to 32 bytes");
    const BytesView value = reader.long_bytes();
    if (!reader.failed()) attributes.push_back({std::string(name), std::string(value)});
  }
}

}  // namespace

Bytes encode_body(const Body& body, Bytes memory) {
  PARLEY_ASSERT(body.client_message_id.size() <= limits::client_message_id_bytes_max);
  PARLEY_ASSERT(body.attributes.size() <= 0xff);
  Bytes out = empty_bytes(std::move(memory), encoded_size(body));
  append_array(out, body.salt);
  append_u8(out, static_cast<std::uint8_t>(body.message_type));
  append_long_bytes(out, body.text);
  append_short_bytes(out, body.client_message_id);
  append_u8(out, static_cast<std::uint8_t>(body.attributes.size()));
  for (const Attribute& attribute : body.attributes) {
    PARLEY_ASSERT(is_attribute_name_size(attribute.name.size()));
    append_short_bytes(out, attribute.name);
    append_long_bytes(out, attribute.value);
  }
  PARLEY_ASSERT(out.size() == encoded_size(body));
  return out;
}

Result<Body> decode_body(BytesView bytes) {
  if (bytes.size() > limits::entry_bytes_max) return damaged("body", limits::entry_bytes_max, "an entry of at most 64 KiB");
  ByteReader reader(bytes, "body");
  Body body;
  body.salt = reader.array<layout::salt_bytes>();
  const std::uint8_t message_type = reader.u8();
  reader.expect(message_type == 1 || message_type == 2, 1, "message type 1 or 2");
  body.message_type = static_cast<MessageType>(message_type);
  body.text = reader.long_bytes();
  const BytesView client_message_id = reader.short_bytes();
  reader.expect(client_message_id.size() <= limits::client_message_id_bytes_max, client_message_id.size(),
                "a client message id of at most 64 bytes");
  body.client_message_id = client_message_id;
  read_attributes(reader, body.attributes);
  if (auto finished = reader.finish(); !finished) return std::unexpected(std::move(finished.error()));
  return body;
}

}  // namespace parley::domain
