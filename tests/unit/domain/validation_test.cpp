// Accepted and refused texts of clients (docs/api-contract.md §4.1): every refusal with its text, every limit from both sides.
#include "domain/validation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

#include "base/limits.hpp"
#include "domain/error_code.hpp"

namespace parley::domain {
namespace {

constexpr std::string_view required = "Session ID and message are required";
constexpr std::string_view not_text = "Message must be a string";
constexpr std::string_view too_long = "Message too long (max 1000 characters)";
constexpr std::string_view emoji = "\xf0\x9f\x99\x82";  // U+1F642: two UTF-16 units, four bytes

TextField text(std::string value) {
  return {TextField::State::text, std::move(value)};
}

std::string repeated(std::string_view piece, int count) {
  std::string result;
  for (; count > 0; --count) result += piece;
  return result;
}

template <typename T>
void expect_refused(const Result<T>& result, std::string_view message) {
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(result.error().message, message);
}

/// Both checks, with the length limit of the contract.
Result<void> check(std::string value) {
  const auto accepted = accept_message(text(std::move(value)));
  return accepted ? require_length(*accepted, limits::message_utf16_units_default) : std::unexpected(accepted.error());
}
void expect_accepted(std::string value) {
  EXPECT_TRUE(check(std::move(value)));
}
void expect_too_long(std::string value) {
  const auto checked = check(std::move(value));
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().message, too_long);
}

TEST(Message, that_is_missing_or_falsy_is_required) {
  expect_refused(accept_message({}), required);
  expect_refused(accept_message({TextField::State::falsy, ""}), required);
  expect_refused(accept_message(text("")), required);
}

TEST(Message, that_is_no_string_is_refused) {
  expect_refused(accept_message({TextField::State::not_text, ""}), not_text);
}

TEST(Message, is_stored_exactly) {
  for (const std::string_view value :
       {"hello", "  spaces at both ends  ", "<b>&amp;</b>", "line\nline\r\n\tindented", "0", "false", "\\u0041",
        "\xef\xbb\xbf"
        "byte order mark",
        "e\xcc\x81",
        "\xe2\x80\xae"
        "right to left"}) {
    EXPECT_EQ(accept_message(text(std::string(value))), std::string(value));
  }
}

struct Character {
  std::string_view utf8;
  std::size_t units;
};
/// One character of each size in UTF-8.
constexpr Character characters[] = {{"a", 1}, {"ü", 1}, {"世", 1}, {emoji, 2}};

TEST(Message, may_have_as_many_utf16_units_as_are_allowed_and_not_one_more) {
  for (const std::size_t units_max : {std::size_t{2}, limits::message_utf16_units_default, limits::message_utf16_units_max}) {
    for (const auto& [utf8, units] : characters) {
      const std::string longest = repeated(utf8, static_cast<int>(units_max / units));
      EXPECT_TRUE(require_length(longest, units_max)) << utf8 << " " << units_max;
      const auto refused = require_length(longest + "a", units_max);
      ASSERT_FALSE(refused) << utf8 << " " << units_max;
      EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
      EXPECT_EQ(refused.error().message, "Message too long (max " + std::to_string(units_max) + " characters)");
      EXPECT_LE(longest.size(), units_max * limits::utf8_bytes_per_utf16_unit);
    }
  }
}

TEST(Message, of_one_unit_may_be_all_there_is) {
  for (const std::string_view one : {"a", "ü", "世"}) EXPECT_TRUE(require_length(one, 1));
  for (const std::string_view two : {std::string_view("aa"), std::string_view("世a"), emoji}) EXPECT_FALSE(require_length(two, 1));
}

TEST(Message, may_have_500_emoji_and_not_501) {
  expect_accepted(repeated(emoji, 500));
  expect_too_long(repeated(emoji, 501));
  expect_accepted(repeated(emoji, 499) + "ab");
  expect_too_long(repeated(emoji, 499) + "abc");
}

TEST(Message, far_beyond_the_limit_is_refused_the_same) {
  expect_too_long(std::string(1'000'000, 'a'));
}

TEST(Message, loses_control_characters_before_anything_is_checked) {
  EXPECT_EQ(accept_message(text("a\x01"
                                "b\x7f")),
            "ab");
  expect_refused(accept_message(text("\x01\x02\x7f")), required);
  expect_refused(accept_message(text(" \x0b ")), required);
  expect_accepted(std::string(1'000, 'a') + "\x01\x02\x03");
  expect_too_long(std::string(1'001, 'a') + "\x01");
}

TEST(Message, of_white_space_alone_is_required) {
  for (const std::string_view value : {" ", "\n", "\t\r\n", "\xc2\xa0", "\xe3\x80\x80 \xe2\x80\xa8", "\xef\xbb\xbf"}) {
    expect_refused(accept_message(text(std::string(value))), required);
  }
}

TEST(Message, of_long_white_space_is_required_rather_than_too_long) {
  expect_refused(accept_message(text(std::string(2'000, ' '))), required);
}

TEST(Message, that_is_no_utf8_is_refused_rather_than_stored) {
  for (const std::string_view value : {"\xff", "a\xc3", "\xed\xa0\x80", "ok \xf0\x9f\x99"}) {
    expect_refused(accept_message(text(std::string(value))), not_text);
  }
}

TEST(Sanitising, removes_exactly_the_named_controls) {
  for (int byte = 0; byte < 0x80; ++byte) {
    const bool is_removed = byte <= 0x08 || byte == 0x0b || byte == 0x0c || (byte >= 0x0e && byte <= 0x1f) || byte == 0x7f;
    const std::string value = std::string("<") + static_cast<char>(byte) + ">";
    EXPECT_EQ(sanitised(value), is_removed ? "<>" : value) << byte;
  }
}

TEST(Sanitising, leaves_every_byte_of_longer_characters) {
  const std::string value = "\xc2\x80\xc2\x85\xc2\x9f ü 世 \xf0\x9f\x99\x82 \xe2\x80\x8b";  // C1 controls and U+200B stay
  EXPECT_EQ(sanitised(value), value);
}

TEST(Blank, is_what_ecmascript_trims) {
  for (const std::string_view space : {"\t",           "\n",           "\v",           "\f",           "\r",           " ",
                                       "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81", "\xe2\x80\x82", "\xe2\x80\x83",
                                       "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89",
                                       "\xe2\x80\x8a", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
                                       "\xef\xbb\xbf"}) {
    EXPECT_TRUE(is_blank(space));
    EXPECT_TRUE(is_blank(std::string(space) + std::string(space)));
    EXPECT_FALSE(is_blank(std::string(space) + "x"));
    EXPECT_FALSE(is_blank("x" + std::string(space)));
  }
  EXPECT_TRUE(is_blank(""));
}

TEST(Blank, is_not_what_only_looks_empty) {
  for (const auto* text_value : {"\xe2\x80\x8b", "\xc2\x85", "\xe1\xa0\x8e", "\xe2\x81\xa0", "\xc2\xad", "\xe2\x80"}) {
    EXPECT_FALSE(is_blank(text_value));
  }
  EXPECT_FALSE(is_blank(std::string_view("\0", 1)));
}

TEST(ClientMessageId, may_be_left_out) {
  EXPECT_EQ(accept_client_message_id({}), "");
}

TEST(ClientMessageId, has_1_to_64_bytes) {
  EXPECT_EQ(accept_client_message_id(text("x")), "x");
  const std::string longest(limits::client_message_id_bytes_max, 'x');
  EXPECT_EQ(accept_client_message_id(text(longest)), longest);
  expect_refused(accept_client_message_id(text(longest + "x")), "Invalid clientMessageId");
  EXPECT_TRUE(accept_client_message_id(text(repeated(emoji, 16))));
  expect_refused(accept_client_message_id(text(repeated(emoji, 16) + "x")), "Invalid clientMessageId");
}

TEST(ChosenSessionId, has_1_to_64_bytes_without_control_characters) {
  EXPECT_EQ(accept_session_id({}).value(), std::nullopt);
  for (const std::string& id :
       {std::string("x"), std::string(limits::id_bytes_max, 'x'), std::string("a b/c%2F\"'\\"), repeated(emoji, 16)})
    EXPECT_EQ(accept_session_id(text(id)).value()->text(), id);
  for (const std::string& id : {std::string(limits::id_bytes_max + 1, 'x'), repeated(emoji, 16) + "x", std::string("a\nb"),
                                std::string("\0", 1), std::string("\xc2\x85"), std::string("\xff"), std::string("a\xEF\xBF\xBD")})
    expect_refused(accept_session_id(text(id)), "Invalid session ID");
  expect_refused(accept_session_id({TextField::State::not_text, ""}), "Invalid session ID");
}

TEST(ChosenSessionId, is_no_word_of_a_route_in_any_case) {
  for (const std::string_view word : reserved_session_ids) {
    std::string upper(word);
    std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    for (const std::string& id : {std::string(word), upper})
      expect_refused(accept_session_id(text(id)), "Session ID \"" + id + "\" is reserved");
    EXPECT_TRUE(accept_session_id(text(upper + "s")));
  }
}

TEST(PatientId, is_a_user_id) {
  EXPECT_EQ(accept_patient_id(text("auth0|5f7c8ec7"))->text(), "auth0|5f7c8ec7");
  EXPECT_EQ(accept_patient_id(text("65F000000000000000000002"))->text(), "65f000000000000000000002");
  expect_refused(accept_patient_id({}), "Patient ID is required");
  for (const std::string& id :
       {std::string(limits::id_bytes_max + 1, 'x'), std::string(24, '0'), std::string("a\nb"), std::string("\xEF\xBF\xBD")})
    expect_refused(accept_patient_id(text(id)), "Invalid patient ID");
}

TEST(ClientMessageId, is_text) {
  expect_refused(accept_client_message_id({TextField::State::not_text, ""}), "Invalid clientMessageId");
  expect_refused(accept_client_message_id(text("\xff")), "Invalid clientMessageId");
}

}  // namespace
}  // namespace parley::domain
