#include <gtest/gtest.h>

#include "api/json_text.hpp"
#include "api/request.hpp"
#include "domain/error_code.hpp"

namespace parley::api {
namespace {

using Kind = Fields::Kind;
using domain::SessionField;
using domain::TextField;

Fields body(std::string json) {
  auto fields = Fields::from_json_body(std::move(json));
  EXPECT_TRUE(fields.has_value()) << fields.error().message;
  return fields ? std::move(*fields) : Fields();
}

constexpr std::string_view uuid = "0b1e8a6e-9f3d-4c5a-8b7c-1d2e3f405162";

TEST(Fields, an_array_of_strings_is_read_and_nothing_else_is_one) {
  using Strings = std::vector<std::string>;
  const auto strings = [](const std::string& array) { return body("{\"a\":" + array + "}").strings("a"); };
  EXPECT_EQ(strings("[]"), Strings{});
  EXPECT_EQ(strings("[ ]"), Strings{});
  EXPECT_EQ(strings(R"(["x"])"), Strings{"x"});
  EXPECT_EQ(strings(R"([ "x" , "y,]" ,"\u0041\"" ])"), (Strings{"x", "y,]", "A\""}));
  for (const auto* other : {"null", "7", "\"x\"", "{}", "[7]", R"(["x",7])", R"([7,"x"])", R"([["x"]])", R"(["x",null])", "[{}]"}) {
    EXPECT_EQ(strings(other), std::nullopt) << other;
  }
  EXPECT_EQ(body("{}").strings("a"), std::nullopt);
}

TEST(Fields, kinds_are_told_apart) {
  const Fields fields = body(R"({"a":null,"b":true,"c":-1.5e3,"d":"x","e":[1,{"f":2}],"g":{"h":[]}})");
  EXPECT_EQ(fields.kind("a"), Kind::null);
  EXPECT_EQ(fields.kind("b"), Kind::boolean);
  EXPECT_EQ(fields.kind("c"), Kind::number);
  EXPECT_EQ(fields.kind("d"), Kind::string);
  EXPECT_EQ(fields.kind("e"), Kind::array);
  EXPECT_EQ(fields.kind("g"), Kind::object);
  EXPECT_EQ(fields.kind("f"), Kind::absent) << "members of members are not members";
  EXPECT_EQ(fields.kind(""), Kind::absent);
}

TEST(Fields, falsiness_is_that_of_ecmascript) {
  const Fields fields = body(R"({"n":null,"f":false,"z":0,"mz":-0.0,"ze":0e7,"e":"","t":true,"one":1,"s":"0","sp":" ","a":[],"o":{}})");
  for (const auto* name : {"n", "f", "z", "mz", "ze", "e", "absent"}) EXPECT_TRUE(fields.falsy(name)) << name;
  for (const auto* name : {"t", "one", "s", "sp", "a", "o"}) EXPECT_FALSE(fields.falsy(name)) << name;
}

TEST(Fields, strings_are_decoded) {
  const Fields fields = body(R"({"a":"\"\\\/\b\f\n\r\t","b":"\u00e9\u20AC\ud83d\ude00","c":"é€😀","d":"a\\"})");
  EXPECT_EQ(fields.string("a"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(fields.string("b"), "é€😀");
  EXPECT_EQ(fields.string("c"), "é€😀");
  EXPECT_EQ(fields.string("d"), "a\\");
  EXPECT_EQ(fields.string("absent"), std::nullopt);
  EXPECT_EQ(body(R"({"n":1})").string("n"), std::nullopt);
}

TEST(Fields, lone_surrogates_become_the_replacement_character) {
  for (const auto* json : {R"({"m":"a\ud800b"})", R"({"m":"a\udc00b"})", R"({"m":"a\uD9ffb"})"}) {
    EXPECT_EQ(body(json).string("m"), "a\uFFFDb") << json;
    EXPECT_EQ(Fields::from_event("[\"e\"," + std::string(json) + "]").string("m"), "a\uFFFDb") << json;
  }
  EXPECT_EQ(body(R"({"m":"\ud800\ud83d\ude00"})").string("m"), "\uFFFD😀");
  EXPECT_EQ(Fields::from_event(R"(["e",{"m":"\ud800\u0041"}])").string("m"), "\uFFFDA");
}

TEST(Fields, of_a_repeated_name_the_last_counts) {
  const Fields fields = body(R"({"a":1,"b":2,"a":"three"})");
  EXPECT_EQ(fields.string("a"), "three");
  EXPECT_EQ(fields.number("b"), 2);
}

TEST(Fields, an_escaped_name_is_that_name) {
  EXPECT_EQ(body(R"({"\u0061b":7})").number("ab"), 7);
}

TEST(Fields, raw_is_the_value_as_sent) {
  const Fields fields = body("{ \"a\" : { \"x\" : [ 1 , \"}]\" ] } , \"b\":\"q\\\"\" ,\"c\": 1.50 ,\"d\":true}");
  EXPECT_EQ(fields.raw("a"), "{ \"x\" : [ 1 , \"}]\" ] }");
  EXPECT_EQ(fields.raw("b"), "\"q\\\"\"");
  EXPECT_EQ(fields.raw("c"), "1.50");
  EXPECT_EQ(fields.raw("d"), "true");
  EXPECT_EQ(fields.raw("absent"), "");
}

TEST(Fields, numbers_too_large_are_infinite_and_not_falsy) {
  const Fields fields = Fields::from_value(R"({"a":1e999,"b":-1e999})");
  EXPECT_GT(*fields.number("a"), 1e300);
  EXPECT_LT(*fields.number("b"), -1e300);
  EXPECT_FALSE(fields.falsy("a"));
}

TEST(Fields, stay_good_when_moved) {
  Fields fields = body(R"({"a":"b"})");
  const Fields moved = std::move(fields);
  EXPECT_EQ(moved.string("a"), "b");
}

TEST(Fields, an_empty_body_is_an_empty_object) {
  EXPECT_EQ(body("").kind("a"), Kind::absent);
  EXPECT_EQ(body(" \r\n\t").kind("a"), Kind::absent);
  EXPECT_EQ(body("{}").kind("a"), Kind::absent);
  EXPECT_EQ(body("[{\"a\":1}]").kind("a"), Kind::absent) << "an array has no members";
}

TEST(Fields, of_a_body_may_be_numbers_that_no_machine_word_holds) {
  EXPECT_EQ(body(R"({"a":-45653895368783766741977313312768,"b":"x"})").number("a"), -45653895368783766741977313312768.0);
  EXPECT_EQ(body(R"({"a":1e999,"b":[1e-999]})").kind("b"), Kind::array);
  EXPECT_FALSE(Fields::from_json_body(R"({"a":01e999})").has_value());
}

TEST(Fields, bodies_that_are_not_json_objects_are_refused) {
  const std::string deep = std::string(5000, '[') + std::string(5000, ']');
  for (const std::string& json :
       {std::string("{"), std::string("nonsense"), std::string("1"), std::string("\"a\""), std::string("null"), std::string("{\"a\":}"),
        std::string("{\"a\":1}x"), std::string("{\"a\":\"\xFF\"}"), std::string("{\"a\":\"\x01\"}"), deep}) {
    const auto fields = Fields::from_json_body(json);
    ASSERT_FALSE(fields.has_value()) << json.substr(0, 20);
    EXPECT_EQ(fields.error().code, ErrorCode::invalid_argument);
  }
}

TEST(Fields, of_an_event_are_those_of_its_first_argument) {
  EXPECT_EQ(Fields::from_event(R"(["chat-message",{"a":1},{"a":2}])").number("a"), 1);
  EXPECT_EQ(Fields::from_event(R"( [ "chat-message" , {"a":1} ] )").number("a"), 1);
}

TEST(Fields, of_an_event_survive_any_payload) {
  for (const auto* json : {R"(["e"])", R"(["e",null])", R"(["e",1])", R"(["e","{\"a\":1}"])", R"(["e",[{"a":1}]])", R"(["e",true])",
                           R"(["e",{"_placeholder":true,"num":0}])", "[]", "", "[", "{", R"(["e)", R"(["e",{"a)", R"(["e",{"a":)"}) {
    EXPECT_EQ(Fields::from_event(json).kind("a"), Kind::absent) << json;
  }
}

TEST(Fields, nested_values_are_read_from_raw) {
  const Fields fields = body(R"({"offer":{"type":"offer","sdp":"v=0"}})");
  EXPECT_EQ(Fields::from_value(fields.raw("offer")).string("sdp"), "v=0");
  EXPECT_EQ(Fields::from_value("").kind("a"), Kind::absent);
  EXPECT_EQ(Fields::from_value("[1]").kind("a"), Kind::absent);
}

TEST(Fields, text_fields_are_falsy_foreign_or_text) {
  const Fields fields = body(R"({"s":"hello","e":"","n":null,"z":0,"f":false,"one":1,"t":true,"a":[],"o":{}})");
  EXPECT_EQ(fields.text_field("s").state, TextField::State::text);
  EXPECT_EQ(fields.text_field("s").value, "hello");
  for (const auto* name : {"e", "n", "z", "f", "absent"}) EXPECT_EQ(fields.text_field(name).state, TextField::State::falsy) << name;
  for (const auto* name : {"one", "t", "a", "o"}) EXPECT_EQ(fields.text_field(name).state, TextField::State::not_text) << name;
}

TEST(Fields, session_fields_are_falsy_foreign_or_given) {
  const Fields fields = body("{\"s\":\"" + std::string(uuid) + R"(","e":"","z":0,"bad":"two\nlines","o":{"$ne":null},"one":1})");
  EXPECT_EQ(fields.session_field("s").state, SessionField::State::given);
  EXPECT_EQ(fields.session_field("s").id.to_string(), uuid);
  for (const auto* name : {"e", "z", "absent"}) EXPECT_EQ(fields.session_field(name).state, SessionField::State::falsy) << name;
  for (const auto* name : {"bad", "o", "one"}) EXPECT_EQ(fields.session_field(name).state, SessionField::State::foreign) << name;
}

TEST(Fields, of_a_form_are_decoded_strings) {
  const Fields fields = Fields::from_form_body("sessionId=a%2Fb&message=hello+%22you%22%0A&&empty=&bare&bad=%zz&%6Eame=x&utf=%ff");
  EXPECT_EQ(fields.string("sessionId"), "a/b");
  EXPECT_EQ(fields.string("message"), "hello \"you\"\n");
  EXPECT_EQ(fields.string("empty"), "");
  EXPECT_EQ(fields.string("bare"), "");
  EXPECT_EQ(fields.string("bad"), "%zz");
  EXPECT_EQ(fields.string("name"), "x");
  EXPECT_EQ(fields.string("utf"), "\uFFFD");
  EXPECT_EQ(Fields::from_form_body("").kind("a"), Kind::absent);
}

TEST(JsonText, cut_anywhere_never_reads_past_the_end) {
  const std::string whole = R"({"a":"x\"\\","b":[1,{"c":"\ud83d\ude00"},[]],"d":true , "e" : null})";
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const std::string cut(whole.substr(0, size));
    const Fields fields = Fields::from_event("[\"e\"," + cut);
    if (size < whole.size()) {
      EXPECT_EQ(fields.kind("e"), Kind::absent) << cut;
    }
    static_cast<void>(json_text::decode_string(cut));
  }
}

TEST(JsonFault, names_the_place_where_it_can_be_told) {
  const auto said = [](std::string_view json) { return Fields::from_json_body(std::string(json)).error().message; };
  EXPECT_EQ(said(R"({"sessionId":"x",message:"y"})"), "Invalid JSON near byte 17");
  EXPECT_EQ(said(R"({"a":})"), "Invalid JSON near byte 5");
  EXPECT_EQ(said(R"({"a":1} x)"), "Invalid JSON near byte 8");
  EXPECT_EQ(said(R"({"a":[1 2]})"), "Invalid JSON near byte 8");
  EXPECT_EQ(said(R"({"a":123456789012345678901234567890,"b":tru})"), "Invalid JSON near byte 40") << "a long number is no fault";
  EXPECT_EQ(said(R"({"a":"b)"), "Invalid JSON: a string is not closed");
  EXPECT_EQ(said("{\"a\":\"\xFF\"}"), "Invalid JSON: it is not UTF-8");
  EXPECT_EQ(said("{\"a\":\"\n\"}"), "Invalid JSON: a string holds a control character that is not escaped");
  EXPECT_EQ(said(std::string(2000, '[') + std::string(2000, ']')), "Invalid JSON: it is nested too deeply");
  EXPECT_EQ(said("5"), "Invalid JSON: the top level must be an object or an array");
}

TEST(JsonFault, every_cut_of_a_body_is_refused_in_our_own_words) {
  const std::string whole = R"({"a":[1,-2.5e3,true,false,null,{"b":"c\u00e9\ud83d\ude00"}],"d":{}})";
  for (std::size_t size = 1; size < whole.size(); ++size) {
    const auto fields = Fields::from_json_body(whole.substr(0, size));
    ASSERT_FALSE(fields.has_value()) << size;
    EXPECT_TRUE(fields.error().message.starts_with("Invalid JSON")) << fields.error().message;
    EXPECT_EQ(fields.error().message.find("simdjson"), std::string::npos);
    EXPECT_LE(fields.error().message.size(), 80U);
  }
}

TEST(JsonText, every_code_point_survives_its_escape) {
  EXPECT_EQ(json_text::decode_string(R"(\u0000)"), std::string(1, '\0'));
  EXPECT_EQ(json_text::decode_string(R"(\u007f\u0080\u07ff\u0800\uffff)"), "\x7F\u0080\u07FF\u0800\uFFFF");
  EXPECT_EQ(json_text::decode_string(R"(\ud800\udc00\udbff\udfff)"), "\U00010000\U0010FFFF");
}

TEST(Parameters, a_leading_integer_is_taken_as_parse_int_does) {
  EXPECT_EQ(leading_integer("2abc"), 2);
  EXPECT_EQ(leading_integer("2.7"), 2);
  EXPECT_EQ(leading_integer("1e2"), 1);
  EXPECT_EQ(leading_integer("  42"), 42);
  EXPECT_EQ(leading_integer("-3"), -3);
  EXPECT_EQ(leading_integer("+3"), 3);
  EXPECT_EQ(leading_integer("99999999999999999999"), std::numeric_limits<std::int64_t>::max());
  for (const auto* text : {"", "abc", "-", "+", "--1", ".5", " "}) EXPECT_EQ(leading_integer(text), std::nullopt) << text;
}

TEST(Parameters, before_is_a_date_or_epoch_milliseconds) {
  EXPECT_EQ(parse_before("1767225600000"), Timestamp(std::chrono::milliseconds(1767225600000)));
  EXPECT_EQ(parse_before("2026-01-01T00:00:00.000Z"), Timestamp(std::chrono::milliseconds(1767225600000)));
  EXPECT_EQ(parse_before("2026-01-01"), Timestamp(std::chrono::milliseconds(1767225600000)));
  EXPECT_EQ(parse_before("0"), Timestamp());
  for (const auto* text : {"", "yesterday", "-5", "12.5", "8640000000000001", "99999999999999999999999"}) {
    EXPECT_EQ(parse_before(text), std::nullopt) << text;
  }
}

TEST(Parameters, the_first_of_a_repeated_query_value_counts) {
  EXPECT_EQ(query_value("token=a%2Eb&token=c", "token"), "a.b");
  EXPECT_EQ(query_value("EIO=4&transport=polling", "transport"), "polling");
  EXPECT_EQ(query_value("a&b=", "a"), "");
  EXPECT_EQ(query_value("a&b=", "b"), "");
  EXPECT_EQ(query_value("", "a"), std::nullopt);
  EXPECT_EQ(query_value("ab=1", "a"), std::nullopt);
}

}  // namespace
}  // namespace parley::api
