// docs/api-contract.md §4.1: removed characters, the rules for a text, and the order of the refusals.
#include "domain/validation.hpp"

#include <algorithm>

#include "base/byte_words.hpp"
#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "domain/error_code.hpp"

namespace parley::domain {
namespace {

constexpr bool is_removed(char character) {
  const auto byte = static_cast<std::uint8_t>(character);
  const bool is_kept_control = byte == '\t' || byte == '\n' || byte == '\r';
  return (byte < 0x20 && !is_kept_control) || byte == 0x7f;
}

/// False for nearly every text: it has no control character (not even a permitted one) and no U+007F.
bool may_hold_removed(std::string_view text) {
  for (; text.size() >= words::size_bytes; text.remove_prefix(words::size_bytes)) {
    const std::uint64_t word = words::load(text.data());
    if (words::any_below(word, 0x20) || words::any_equal(word, 0x7f)) return true;
  }
  return std::ranges::any_of(text, is_removed);
}

/// ECMA-262, `WhiteSpace` and `LineTerminator`, as UTF-8.
constexpr std::string_view white_space[] = {
    "\t",           "\n",           "\v",           "\f",           "\r",           " ",
    "\xc2\xa0",                                                                                      // U+00A0
    "\xe1\x9a\x80",                                                                                  // U+1680
    "\xe2\x80\x80", "\xe2\x80\x81", "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85",  // U+2000–
    "\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a",                  // U+200A
    "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f",                                  // U+2028, U+2029, U+202F, U+205F
    "\xe3\x80\x80", "\xef\xbb\xbf",                                                                  // U+3000, U+FEFF
};

std::size_t white_space_at_front(std::string_view text) {
  const bool is_plain = text.front() > ' ' && text.front() < 0x7f;
  if (is_plain) return 0;  // true for nearly every text
  for (const std::string_view space : white_space) {
    if (text.starts_with(space)) return space.size();
  }
  return 0;
}

std::unexpected<Error> refuse_message(std::string text) {
  return refuse(ErrorCode::invalid_argument, std::move(text));
}

constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

/// The text of an id that a client chooses; nothing if no id can have this text. The caller checks the rules of the particular id.
std::optional<std::string_view> given_id(const TextField& field) {
  const bool is_whole = field.state == TextField::State::text && field.value.find(replacement_character) == std::string::npos;
  return is_whole ? std::optional<std::string_view>(field.value) : std::nullopt;
}

bool is_reserved(std::string_view id) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::any_of(reserved_session_ids, [&](std::string_view reserved) { return std::ranges::equal(id, reserved, {}, lower); });
}

}  // namespace

std::string sanitised(std::string text) {
  if (may_hold_removed(text)) std::erase_if(text, is_removed);
  return text;
}

bool is_blank(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size_bytes = white_space_at_front(text);
    if (size_bytes == 0) return false;
    text.remove_prefix(size_bytes);
  }
  return true;
}

Result<std::string> accept_message(TextField field) {
  constexpr auto required = "Session ID and message are required";
  constexpr auto not_text = "Message must be a string";
  if (field.state == TextField::State::falsy) return refuse_message(required);
  if (field.state == TextField::State::not_text) return refuse_message(not_text);
  std::string text = sanitised(std::move(field.value));
  if (is_blank(text)) return refuse_message(required);
  // JSON readers never pass invalid UTF-8, but a form or a header might. It would break every answer that quotes it.
  if (!is_valid_utf8(text)) return refuse_message(not_text);
  return text;
}

Result<void> require_length(std::string_view text, std::size_t utf16_units_max) {
  if (utf16_length(text) <= utf16_units_max) return {};
  return refuse_message("Message too long (max " + std::to_string(utf16_units_max) + " characters)");
}

Result<std::string_view> accept_client_message_id(const TextField& field) {
  if (field.state == TextField::State::falsy) return std::string_view();
  const bool is_accepted = field.state == TextField::State::text && !field.value.empty() &&
                           field.value.size() <= limits::client_message_id_bytes_max && is_valid_utf8(field.value);
  if (!is_accepted) return refuse_message("Invalid clientMessageId");
  return field.value;
}

Result<std::optional<SessionId>> accept_session_id(const TextField& field) {
  if (field.state == TextField::State::falsy) return std::optional<SessionId>{};
  const auto text = given_id(field);
  auto id = text ? SessionId::parse(*text) : std::nullopt;
  if (!id) return refuse_message("Invalid session ID");
  if (is_reserved(*text)) return refuse_message("Session ID \"" + std::string(*text) + "\" is reserved");
  return id;
}

Result<UserId> accept_patient_id(const TextField& field) {
  if (field.state == TextField::State::falsy) return refuse_message("Patient ID is required");
  const auto text = given_id(field);
  const auto id = text ? UserId::parse(*text) : std::nullopt;
  if (!id) return refuse_message("Invalid patient ID");
  return *id;
}

}  // namespace parley::domain
