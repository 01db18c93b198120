// Escaping, commas and numbers of the JSON that the server writes.
#include "base/json_writer.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "base/assert.hpp"
#include "base/byte_words.hpp"

namespace parley {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

constexpr std::array<bool, 256> make_needs_escape() {
  std::array<bool, 256> needs_escape{};
  for (std::size_t byte = 0; byte < 0x20; ++byte) needs_escape[byte] = true;
  needs_escape['"'] = true;
  needs_escape['\\'] = true;
  return needs_escape;
}
constexpr auto needs_escape = make_needs_escape();

/// The first character at or after `offset` that needs an escape, or the size of the text.
std::size_t next_escape(std::string_view text, std::size_t offset) {
  for (; offset + words::size_bytes <= text.size(); offset += words::size_bytes) {
    const std::uint64_t word = words::load(text.data() + offset);
    if (words::any_below(word, 0x20) || words::any_equal(word, '"') || words::any_equal(word, '\\')) break;
  }
  while (offset < text.size() && !needs_escape[static_cast<std::uint8_t>(text[offset])]) ++offset;
  return offset;
}

void append_escaped(std::string& out, char character) {
  switch (character) {
    case '"':
      out.append("\\\"");
      return;
    case '\\':
      out.append("\\\\");
      return;
    case '\n':
      out.append("\\n");
      return;
    case '\r':
      out.append("\\r");
      return;
    case '\t':
      out.append("\\t");
      return;
    case '\b':
      out.append("\\b");
      return;
    case '\f':
      out.append("\\f");
      return;
    default:
      break;
  }
  const auto byte = static_cast<std::uint8_t>(character);
  out.append("\\u00");
  out.push_back(hex_digits[byte >> 4]);
  out.push_back(hex_digits[byte & 15]);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t plain_begin = 0;  // stretches without an escape are copied at once
  std::size_t offset = next_escape(text, 0);
  while (offset < text.size()) {
    out.append(text.substr(plain_begin, offset - plain_begin));
    append_escaped(out, text[offset]);
    plain_begin = offset + 1;
    offset = next_escape(text, plain_begin);
  }
  out.append(text.substr(plain_begin));
  out.push_back('"');
}

void JsonWriter::separate() {
  if (comma_due_) out_.push_back(',');
  comma_due_ = true;
  value_due_ = false;
}

JsonWriter& JsonWriter::begin_object() {
  separate();
  out_.push_back('{');
  comma_due_ = false;
  ++depth_;
  return *this;
}

JsonWriter& JsonWriter::end_object() {
  PARLEY_ASSERT(depth_ > 0 && !value_due_);
  --depth_;
  out_.push_back('}');
  comma_due_ = true;
  return *this;
}

JsonWriter& JsonWriter::begin_array() {
  separate();
  out_.push_back('[');
  comma_due_ = false;
  ++depth_;
  return *this;
}

JsonWriter& JsonWriter::end_array() {
  PARLEY_ASSERT(depth_ > 0 && !value_due_);
  --depth_;
  out_.push_back(']');
  comma_due_ = true;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  PARLEY_ASSERT(!value_due_);
  separate();
  out_.push_back('"');
  out_.append(name);
  out_.append("\":");
  comma_due_ = false;
  value_due_ = true;
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view text) {
  separate();
  append_json_string(out_, text);
  return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t value) {
  separate();
  char digits[20];  // a sign and the 19 digits of the largest value
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out_.append(digits, end);
  return *this;
}

JsonWriter& JsonWriter::number(double value) {
  if (!std::isfinite(value)) return null();
  separate();
  char digits[32];  // the shortest form of a double has at most 24 characters
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out_.append(digits, end);
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
  separate();
  out_.append(value ? "true" : "false");
  return *this;
}

JsonWriter& JsonWriter::null() {
  separate();
  out_.append("null");
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  out_.append(json);
  return *this;
}

}  // namespace parley
