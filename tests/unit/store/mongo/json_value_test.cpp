// JSON to BSON and back, as stored payloads of signalling are converted.
#include <gtest/gtest.h>

#include "store/mongo/driver/json_value.hpp"

namespace parley::store::mongo {

namespace {

std::string round_trip(const std::string& json) {
  Document document;
  EXPECT_TRUE(add_json(document, "value", json)) << json;
  return json_of(document, "value");
}

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') + "1" + std::string(static_cast<std::size_t>(depth), ']');
}

}  // namespace

TEST(JsonValue, comes_back_letter_for_letter_when_it_is_written_plainly) {
  for (const char* const json :
       {R"({"sdp":"v=0\r\n","type":"offer"})", R"([1,-2,2147483647,2147483648,9007199254740991,0.5,1e+300])", R"("text")", "null", "true",
        "{}", "[]", R"({"a":{"b":[{},[],{"c":null}]}})", R"({"$set":{"$where":"x"},"a.b":1,"":2})", R"("nul \u0000 inside")"})
    EXPECT_EQ(round_trip(json), json);
}

TEST(JsonValue, written_otherwise_means_the_same) {
  EXPECT_EQ(round_trip(R"( { "a" : 1.0 , "b" : "\u00e4" } )"), R"({"a":1,"b":"ä"})");
  EXPECT_EQ(round_trip("18446744073709551615"), "18446744073709551616") << "a double, as in any browser";
}

TEST(JsonValue, what_bson_cannot_hold_adds_nothing) {
  Document document;
  for (const std::string& json : {std::string(R"({"a\u0000b":1})"), nested(101), std::string("{"), std::string()})
    EXPECT_FALSE(add_json(document, "value", json)) << json.substr(0, 20);
  EXPECT_FALSE(Fields(document).has("value"));
  EXPECT_TRUE(add_json(document, "value", nested(99)));
}

TEST(JsonValue, of_other_software_is_shown_as_json) {
  Document document;
  document.id("id", *ObjectId::parse("65a000000000000000000001")).date("time", Timestamp(std::chrono::milliseconds(0))).binary("bin", "x");
  EXPECT_EQ(json_of(document, "id"), R"("65a000000000000000000001")");
  EXPECT_EQ(json_of(document, "time"), R"("1970-01-01T00:00:00.000Z")");
  EXPECT_EQ(json_of(document, "bin"), "null");
  EXPECT_EQ(json_of(document, "missing"), "");
}

}  // namespace parley::store::mongo
