// Parsing and writing of ids.
#include "base/ids.hpp"

#include <algorithm>
#include <cstring>

#include "base/assert.hpp"
#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "base/utf8.hpp"

namespace parley {

static_assert(TextId::bytes_max == limits::id_bytes_max);

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::size_t uuid_text_bytes = 36;

/// Writes two digits and returns the place after them.
char* put_hex(char* place, std::uint8_t byte) {
  *place++ = hex_digits[byte >> 4];
  *place++ = hex_digits[byte & 15];
  return place;
}

/// Ids are written for every event, so this uses a buffer on the stack.
std::array<char, 24> hex_of(const ObjectId& id) {
  std::array<char, 24> text;
  char* place = text.data();
  for (const std::uint8_t byte : id.bytes) place = put_hex(place, byte);
  return text;
}

/// A hyphen comes before the bytes 4, 6, 8 and 10 (RFC 9562 §4).
constexpr bool hyphen_before(std::size_t byte_index) {
  return byte_index == 4 || byte_index == 6 || byte_index == 8 || byte_index == 10;
}

/// The finaliser of MurmurHash3: every input bit affects every output bit. std::hash of an integer does not guarantee this.
std::uint64_t mixed(std::uint64_t value) {
  value ^= value >> 33;
  value *= 0xff51afd7ed558ccdull;
  value ^= value >> 33;
  value *= 0xc4ceb9fe1a85ec53ull;
  value ^= value >> 33;
  return value;
}

}  // namespace

std::optional<ObjectId> ObjectId::parse(std::string_view text) {
  ObjectId id;
  if (text.size() != id.bytes.size() * 2) return std::nullopt;
  const auto bytes = from_hex(text);
  if (!bytes) return std::nullopt;
  std::memcpy(id.bytes.data(), bytes->data(), id.bytes.size());
  return id;
}

std::string ObjectId::to_string() const {
  std::string text;
  text.reserve(bytes.size() * 2);
  append_to(text);
  return text;
}

void ObjectId::append_to(std::string& out) const {
  const auto text = hex_of(*this);
  out.append(text.data(), text.size());
}

TextId::TextId(std::string_view text) {
  PARLEY_ASSERT(text.size() <= bytes_max);
  copy(text);
}

void TextId::copy(std::string_view text) {
  char* bytes = place_.data();
  if (text.size() > bytes_in_place) {
    bytes = new char[text.size()];
    std::memcpy(place_.data(), &bytes, sizeof bytes);
  }
  std::ranges::copy(text, bytes);
  size_ = static_cast<std::uint8_t>(text.size());
}

bool TextId::is_valid(std::string_view text) {
  return !text.empty() && text.size() <= limits::id_bytes_max && is_valid_utf8(text) && !has_control_character(text);
}

std::optional<SessionId> SessionId::parse(std::string_view text) {
  if (!is_valid(text)) return std::nullopt;
  return SessionId(text);
}

SessionId SessionId::from_random(std::array<std::uint8_t, 16> random) {
  random[6] = static_cast<std::uint8_t>((random[6] & 0x0f) | 0x40);  // version 4
  random[8] = static_cast<std::uint8_t>((random[8] & 0x3f) | 0x80);  // the variant of RFC 9562
  char text[uuid_text_bytes];
  char* place = text;
  for (std::size_t index = 0; index < random.size(); ++index) {
    if (hyphen_before(index)) *place++ = '-';
    place = put_hex(place, random[index]);
  }
  return SessionId({text, sizeof text});
}

std::optional<UserId> UserId::parse(std::string_view text) {
  if (const auto id = ObjectId::parse(text)) return *id == ObjectId{} ? std::nullopt : std::optional(of(*id));
  if (!is_valid(text)) return std::nullopt;
  return UserId(text);
}

UserId UserId::of(const ObjectId& id) {
  const auto text = hex_of(id);
  return UserId({text.data(), text.size()});
}

}  // namespace parley

std::size_t std::hash<parley::ObjectId>::operator()(const parley::ObjectId& id) const noexcept {
  std::uint64_t first = 0;
  std::uint32_t last = 0;
  std::memcpy(&first, id.bytes.data(), sizeof first);
  std::memcpy(&last, id.bytes.data() + sizeof first, sizeof last);
  return parley::mixed(parley::mixed(first) + last);
}
