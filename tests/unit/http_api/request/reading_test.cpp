// Reads untrusted input: percent-coding, queries, headers, tokens, bodies.
#include <gtest/gtest.h>
#include <zlib.h>

#include <bit>

#include "base/limits.hpp"
#include "http_api/request/content_decoding.hpp"
#include "http_api/request/credentials.hpp"
#include "http_api/request/header_text.hpp"
#include "http_api/request/percent.hpp"
#include "http_api/request/query_parameters.hpp"
#include "http_api/request/request_body.hpp"

namespace parley::http_api {
namespace {

using protocol::http::Request;

TEST(Percent, decodes_utf8_and_refuses_the_rest) {
  EXPECT_EQ(percent_decoded("a%20b%C3%A9"), "a b\xc3\xa9");
  EXPECT_EQ(percent_decoded("a+b"), "a+b");
  EXPECT_EQ(percent_decoded(""), "");
  EXPECT_EQ(percent_decoded("%2F%2f"), "//");
  for (const std::string_view text : {"%", "%4", "a%4", "%zz", "%4z", "%E0%A4%A", "%ff", "%C3"})
    EXPECT_EQ(percent_decoded(text), std::nullopt) << text;
}

TEST(Query, gives_the_first_of_a_name) {
  EXPECT_EQ(query_value("a=1&b=2&a=3", "a"), "1");
  EXPECT_EQ(query_value("a=1&b=2", "c"), std::nullopt);
  EXPECT_EQ(query_value("a", "a"), "");
  EXPECT_EQ(query_value("a=", "a"), "");
  EXPECT_EQ(query_value("a=b=c", "a"), "b=c");
  EXPECT_EQ(query_value("%61=x+y%2B", "a"), "x y+");
  EXPECT_EQ(query_value("a=%zz", "a"), "%zz");
  EXPECT_EQ(query_value("&&a=1", "a"), "1");
  EXPECT_EQ(query_value("", "a"), std::nullopt);
}

TEST(Query, numbers_are_leading_integers_within_bounds) {
  const auto limit = [](std::string_view text) {
    return query_number(text, {.name = "limit", .about = {}, .when_absent = 50, .largest = 1000});
  };
  EXPECT_EQ(limit(""), 50U);
  for (const std::string_view text : {"limit=", "limit=abc", "limit=0", "limit=-5", "limit=.5"}) EXPECT_EQ(limit(text), 50U) << text;
  EXPECT_EQ(limit("limit=1"), 1U);
  EXPECT_EQ(limit("limit=2abc"), 2U);
  EXPECT_EQ(limit("limit=2.7"), 2U);
  EXPECT_EQ(limit("limit=1e2"), 1U);
  EXPECT_EQ(limit("limit=1000"), 1000U);
  EXPECT_EQ(limit("limit=1001"), 1000U);
  EXPECT_EQ(limit("limit=7&limit=8"), 7U);
}

TEST(Headers, content_types_are_taken_apart) {
  const auto type = parse_content_type(" Application/JSON ; foo=bar; Charset=\"UTF-8\"; charset=x");
  EXPECT_EQ(type.media_type, "application/json");
  EXPECT_EQ(type.charset, "UTF-8");
  EXPECT_EQ(parse_content_type("application/json").charset, "");
}

TEST(Headers, the_first_cookie_of_a_name_counts) {
  EXPECT_EQ(cookie_value("a=1; token=x.y.z; token=q", "token"), "x.y.z");
  EXPECT_EQ(cookie_value("token=\"quoted\"", "token"), "quoted");
  EXPECT_EQ(cookie_value("token=a%2Eb", "token"), "a.b");
  EXPECT_EQ(cookie_value("token=a%zz", "token"), "a%zz");
  EXPECT_EQ(cookie_value("xtoken=1; token", "token"), std::nullopt);
}

TEST(Headers, etags_are_compared_weakly) {
  EXPECT_TRUE(etag_matches("*", "W/\"a\""));
  EXPECT_TRUE(etag_matches("W/\"a\"", "W/\"a\""));
  EXPECT_TRUE(etag_matches("\"a\"", "W/\"a\""));
  EXPECT_TRUE(etag_matches("\"b\", W/\"a\"", "W/\"a\""));
  EXPECT_FALSE(etag_matches("\"ab\"", "W/\"a\""));
  EXPECT_FALSE(etag_matches("", "W/\"a\""));
}

TEST(Headers, strangers_bytes_become_printable) {
  EXPECT_EQ(printable_ascii("a\x01\x7f\xc3\xa9z"), "a????z");
}

std::optional<std::string> token(std::vector<protocol::http::Header> headers) {
  Request request;
  request.target = "/api/x?token=never";
  request.headers = std::move(headers);
  return token_of(request);
}

TEST(Credentials, follow_the_contracts_order) {
  EXPECT_EQ(token({{"Authorization", "Bearer abc"}}), "abc");
  EXPECT_EQ(token({{"authorization", "Bearer abc def"}}), "abc");
  EXPECT_EQ(token({{"Authorization", "Bearer abc"}, {"Cookie", "token=other"}}), "abc");
  EXPECT_EQ(token({{"Cookie", "token=c"}}), "c");
  EXPECT_EQ(token({}), std::nullopt);
}

TEST(Credentials, bearer_without_a_token_is_missing_even_with_a_cookie) {
  for (const std::string value : {"Bearer", "Bearer ", "Bearer  abc"}) {
    EXPECT_EQ(token({{"Authorization", value}, {"Cookie", "token=c"}}), std::nullopt) << value;
  }
}

TEST(Credentials, several_cookie_fields_are_one_list) {
  for (const auto* theme : {"theme=dark", "theme=dark;", "", "token", "xtoken=other"}) {
    EXPECT_EQ(token({{"Cookie", theme}, {"cookie", "token=c"}}), "c") << theme;
    EXPECT_EQ(token({{"Cookie", "token=c"}, {"COOKIE", theme}}), "c") << theme;
    EXPECT_EQ(token({{"Cookie", theme}, {"X", "y"}, {"Cookie", "a=b; token=c"}, {"Cookie", theme}}), "c") << theme;
  }
  EXPECT_EQ(token({{"Cookie", "token=first"}, {"Cookie", "token=second"}}), "first");
  EXPECT_EQ(token({{"Cookie", "theme=dark"}, {"Cookie", "lang=de"}}), std::nullopt);
}

TEST(Credentials, another_scheme_leaves_the_cookie) {
  for (const std::string value : {"BearerX abc", "bearer abc", "Basic abc", "Token abc", ""}) {
    EXPECT_EQ(token({{"Authorization", value}, {"Cookie", "token=c"}}), "c") << value;
    EXPECT_EQ(token({{"Authorization", value}}), std::nullopt) << value;
  }
  EXPECT_EQ(token({{"Cookie", "token="}}), std::nullopt);
}

std::string deflated(std::string_view text, int window_bits) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST(ContentDecoding, takes_off_gzip_and_both_kinds_of_deflate) {
  const std::string text = R"({"message":"hello"})";
  EXPECT_EQ(*decode_content(deflated(text, 31), "gzip", 1000), text);
  EXPECT_EQ(*decode_content(deflated(text, 15), "Deflate", 1000), text);
  EXPECT_EQ(*decode_content(deflated(text, -15), " deflate ", 1000), text);
  EXPECT_EQ(*decode_content(text, "", 1000), text);
  EXPECT_EQ(*decode_content(text, "identity", 1000), text);
}

TEST(ContentDecoding, takes_off_brotli) {
  // `printf '{"a":1}' | brotli`: a stored block (RFC 7932 §9.2).
  const std::string bytes("\x0b\x03\x80{\"a\":1}\x03", 11);
  EXPECT_EQ(*decode_content(bytes, "br", 1000), R"({"a":1})");
}

TEST(ContentDecoding, refuses_what_is_foreign_cut_or_broken) {
  const auto gzip = deflated("hello hello hello", 31);
  EXPECT_EQ(decode_content(gzip, "zstd", 1000).error(), DecodingFailure::unsupported);
  EXPECT_EQ(decode_content(gzip, "gzip, br", 1000).error(), DecodingFailure::unsupported);
  EXPECT_EQ(decode_content(gzip.substr(0, gzip.size() - 1), "gzip", 1000).error(), DecodingFailure::malformed);
  EXPECT_EQ(decode_content("not gzip", "gzip", 1000).error(), DecodingFailure::malformed);
  EXPECT_EQ(decode_content("", "gzip", 1000).error(), DecodingFailure::malformed);
  EXPECT_EQ(decode_content("not brotli", "br", 1000).error(), DecodingFailure::malformed);
  EXPECT_EQ(decode_content("", "br", 1000).error(), DecodingFailure::malformed);
}

TEST(ContentDecoding, stops_at_the_limit_whatever_a_bomb_holds) {
  const std::string text(100'000, 'a');
  EXPECT_TRUE(decode_content(deflated(text, 31), "gzip", text.size()).has_value());
  EXPECT_EQ(decode_content(deflated(text, 31), "gzip", text.size() - 1).error(), DecodingFailure::too_large);
  EXPECT_EQ(decode_content(text, "", text.size() - 1).error(), DecodingFailure::too_large);
}

std::expected<api::Fields, BodyRefusal> body(std::string content_type, std::string bytes, std::string coding = {}) {
  Request request;
  request.has_body = true;
  request.body = std::move(bytes);
  if (!content_type.empty()) request.headers.push_back({"Content-Type", std::move(content_type)});
  if (!coding.empty()) request.headers.push_back({"Content-Encoding", std::move(coding)});
  return read_fields(request);
}

TEST(Body, json_and_form_are_read_and_other_types_are_not) {
  EXPECT_EQ(body("application/json; charset=UTF-8", R"({"a":"x"})")->string("a"), "x");
  EXPECT_EQ(body("application/x-www-form-urlencoded", "a=x+y")->string("a"), "x y");
  EXPECT_EQ(body("text/plain", R"({"a":"x"})")->kind("a"), api::Fields::Kind::absent);
  EXPECT_EQ(body("", R"({"a":"x"})")->kind("a"), api::Fields::Kind::absent);
  EXPECT_TRUE(body("application/json", "").has_value());
  EXPECT_TRUE(body("application/json", "[1]").has_value());
  EXPECT_EQ(body("application/json", deflated(R"({"a":"x"})", 31), "gzip")->string("a"), "x");
}

/// `text` (UTF-16 code units or code points) in units of `width` bytes.
std::string in_units(std::u32string_view text, int width, std::endian order) {
  std::string bytes;
  for (const char32_t unit : text) {
    for (int index = 0; index < width; ++index) {
      const int shift = 8 * (order == std::endian::little ? index : width - 1 - index);
      bytes += static_cast<char>(shift < 32 ? unit >> shift : 0);
    }
  }
  return bytes;
}

TEST(Body, may_begin_with_a_byte_order_mark) {
  const std::string mark = "\xef\xbb\xbf";
  for (const std::string type : {"application/json", "application/json; charset=utf-8", "application/json; charset=UTF-8"}) {
    EXPECT_EQ(body(type, mark + R"({"a":"x"})")->string("a"), "x") << type;
    EXPECT_EQ(body(type, deflated(mark + R"({"a":"x"})", 31), "gzip")->string("a"), "x") << type;
    EXPECT_TRUE(body(type, mark).has_value()) << "an empty body, which is {}";
    EXPECT_EQ(body(type, mark + mark + "{}").error().status, 400U) << "one is a mark, the second is a character";
    EXPECT_EQ(body(type, "{}" + mark).error().status, 400U);
  }
  EXPECT_EQ(body("application/x-www-form-urlencoded", mark + "a=x&b=y")->string("a"), "x");
  EXPECT_EQ(body("application/x-www-form-urlencoded; charset=utf-8", mark + "a=x")->string("a"), "x");
}

TEST(Body, json_in_utf_16_and_utf_32_is_taken_with_and_without_a_byte_order_mark) {
  const std::u32string units = U"{\"a\":\"G\u00fcnther \xd83d\xde42 \u20ac\"}";
  const std::u32string points = U"{\"a\":\"G\u00fcnther \U0001f642 \u20ac\"}";
  const std::string expected = "G\xc3\xbcnther \xf0\x9f\x99\x82 \xe2\x82\xac";
  const auto expect_taken = [&](const std::string& charset, const std::string& bytes) {
    const std::string type = "application/json; charset=" + charset;
    const auto taken = body(type, bytes);
    ASSERT_TRUE(taken.has_value()) << charset << ": " << taken.error().message;
    EXPECT_EQ(taken->string("a"), expected) << charset;
    EXPECT_EQ(body(type, deflated(bytes, 31), "gzip")->string("a"), expected) << charset;
  };
  for (const auto order : {std::endian::little, std::endian::big}) {
    const std::string suffix = order == std::endian::little ? "le" : "be";
    for (const int width : {2, 4}) {
      const std::string name = width == 2 ? "utf-16" : "utf-32";
      for (const std::u32string& mark : {std::u32string(), std::u32string(1, 0xfeff)}) {
        const auto bytes = in_units(mark + (width == 2 ? units : points), width, order);
        for (const std::string& charset : {name, name + suffix, "UTF-" + name.substr(4), '"' + name + suffix + '"'})
          expect_taken(charset, bytes);
        EXPECT_TRUE(body("application/json; charset=" + name, in_units(mark, width, order)).has_value()) << "an empty body, which is {}";
        EXPECT_TRUE(body("application/json; charset=" + name, in_units(mark + U" {}", width, order)).has_value());
      }
    }
  }
}

TEST(Body, what_is_no_utf_16_or_utf_32_becomes_the_replacement_character_or_is_refused) {
  const auto text = [](std::string charset, const std::u32string& units, int width) {
    return body("application/json; charset=" + std::move(charset), in_units(U"{\"a\":\"" + units + U"\"}", width, std::endian::little))
        ->string("a");
  };
  for (const char32_t lone : {0xd83d, 0xde42}) {
    EXPECT_EQ(text("utf-16le", std::u32string(1, lone), 2), "\xef\xbf\xbd");
    EXPECT_EQ(text("utf-32le", std::u32string(1, lone), 4), "\xef\xbf\xbd");
  }
  EXPECT_EQ(text("utf-16le", {0xd83d, 0xd83d, 0xde42}, 2), "\xef\xbf\xbd\xf0\x9f\x99\x82");
  for (const char32_t beyond : {0x110000u, 0xffffffffu}) EXPECT_EQ(text("utf-32le", std::u32string(1, beyond), 4), "\xef\xbf\xbd");
  const std::string whole = in_units(U"{}", 2, std::endian::little);
  for (const auto& bytes : {whole + "x", whole.substr(0, 3), whole.substr(0, 1)})
    EXPECT_EQ(body("application/json; charset=utf-16", bytes).error().status, 400U) << "half a unit at the end";
  EXPECT_EQ(body("application/json; charset=utf-16be", whole).error().status, 400U);
  EXPECT_EQ(body("application/json; charset=utf-8", whole).error().status, 400U);
  EXPECT_EQ(body("application/json; charset=utf-16", "{}").error().status, 400U);
}

TEST(Body, forms_have_their_charsets_and_json_every_utf) {
  EXPECT_EQ(body("application/x-www-form-urlencoded; charset=utf-16", "a=x").error().status, 415U);
  for (const std::string charset : {"utf16", "ucs-2", "utf", "us-ascii"})
    EXPECT_EQ(body("application/json; charset=" + charset, "{}").error().status, 415U) << charset;
  EXPECT_TRUE(body("application/json; charset=utf-7", "{}").has_value());
}

TEST(Body, refusals_have_the_contracts_statuses) {
  for (const std::string json : {"{", "null", "1", "\"x\"", "{}x", "{\"a\":\"\xff\"}"}) {
    const auto result = body("application/json", json);
    ASSERT_FALSE(result.has_value()) << json;
    EXPECT_EQ(result.error().status, 400U) << json;
    EXPECT_FALSE(result.error().message.empty());
  }
  const auto latin = body("application/json; charset=latin1", "{}");
  EXPECT_EQ(latin.error().status, 415U);
  EXPECT_EQ(latin.error().message, "unsupported charset \"LATIN1\"");
  EXPECT_EQ(body("application/json; charset=latin1", "{").error().status, 415U);
  EXPECT_TRUE(body("application/json; charset=Utf-8", "{}").has_value());
  EXPECT_EQ(body("application/json", "{}", "zstd").error().status, 415U);
  EXPECT_EQ(body("application/json", "{}", "gzip").error().status, 400U);
}

TEST(Body, ten_mebibytes_are_taken_and_one_byte_more_is_not) {
  const auto json_of = [](std::size_t size) { return "{\"a\":\"" + std::string(size - 8, 'x') + "\"}"; };
  EXPECT_TRUE(body("application/json", deflated(json_of(limits::http_body_bytes_max), 31), "gzip").has_value());
  const auto refused = body("application/json", deflated(json_of(limits::http_body_bytes_max + 1), 31), "gzip");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().status, 413U);
  EXPECT_EQ(refused.error().message, "request entity too large");
}

}  // namespace
}  // namespace parley::http_api
