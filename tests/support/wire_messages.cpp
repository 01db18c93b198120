#include "support/wire_messages.hpp"

#include <bson/bson.h>

#include <array>
#include <cstring>
#include <utility>

namespace parley::test {

namespace {

// https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/: four little-endian int32: length, request id, response to, opcode.
constexpr std::size_t header_bytes = 16;
constexpr std::size_t document_bytes_min = 5;
constexpr std::size_t message_bytes_max = 48'000'000;  // maxMessageSizeBytes of every mongod since 3.6
constexpr std::int32_t opcode_query = 2004;            // the first hello of most drivers
constexpr std::int32_t opcode_message = 2013;

std::int32_t number_at(std::string_view bytes, std::size_t offset) {
  std::int32_t number = 0;
  if (bytes.size() >= offset + sizeof(number)) std::memcpy(&number, bytes.data() + offset, sizeof(number));
  return number;
}

/// The command's document. In OP_MSG it follows the flags and a section kind; in OP_QUERY the flags, a name and two numbers.
std::string_view document_of(std::string_view message) {
  const auto opcode = number_at(message, 12);
  if (opcode == opcode_message && message.size() > header_bytes + 5) return message.substr(header_bytes + 5);
  if (opcode != opcode_query) return {};
  const auto name_end = message.find('\0', header_bytes + 4);
  if (name_end == std::string_view::npos || message.size() < name_end + 9) return {};
  return message.substr(name_end + 9);
}

/// Calls `use` with the parsed document, which may have more bytes after it. Returns `otherwise` if there is no document.
template <typename Use>
auto with_document(std::string_view message, Use use, decltype(use(std::declval<bson_t&>())) otherwise) {
  const auto bytes = document_of(message);
  if (bytes.size() < document_bytes_min) return otherwise;
  const auto length = static_cast<std::size_t>(number_at(bytes, 0));
  bson_t document;
  if (length > bytes.size() || !bson_init_static(&document, reinterpret_cast<const std::uint8_t*>(bytes.data()), length)) return otherwise;
  return use(document);
}

}  // namespace

std::optional<std::string> MessageSplitter::next() {
  if (!foreign_) {
    if (stored_.size() < sizeof(std::int32_t)) return std::nullopt;
    const auto length = static_cast<std::uint32_t>(number_at(stored_, 0));
    foreign_ = length < header_bytes || length > message_bytes_max;
    if (!foreign_) {
      if (stored_.size() < length) return std::nullopt;
      std::string message = stored_.substr(0, length);
      stored_.erase(0, length);
      return message;
    }
  }
  if (stored_.empty()) return std::nullopt;
  return std::exchange(stored_, {});
}

std::int32_t request_id(std::string_view message) {
  return number_at(message, 4);
}
std::int32_t response_to(std::string_view message) {
  return number_at(message, 8);
}

std::string app_name_of_handshake(std::string_view first_message) {
  return with_document(
      first_message,
      [](bson_t& document) {
        bson_iter_t top;
        bson_iter_t name;
        if (!bson_iter_init(&top, &document) || !bson_iter_find_descendant(&top, "client.application.name", &name)) return std::string{};
        if (!BSON_ITER_HOLDS_UTF8(&name)) return std::string{};
        return std::string(bson_iter_utf8(&name, nullptr));
      },
      std::string{});
}

bool is_operation(std::string_view message) {
  return with_document(
      message,
      [](bson_t& document) {
        bson_iter_t first;
        if (!bson_iter_init(&first, &document) || !bson_iter_next(&first)) return true;
        constexpr std::array spoken_by_drivers{"hello", "isMaster", "ismaster", "ping"};
        for (const char* name : spoken_by_drivers) {
          if (std::strcmp(bson_iter_key(&first), name) == 0) return false;
        }
        return true;
      },
      true);
}

}  // namespace parley::test
