// A user id in a document: 24 hexadecimal digits are an ObjectId, any other id is a string (docs/operations/identity.md, "Which ids").
#include <gtest/gtest.h>

#include <string>

#include "store/mongo/driver/document.hpp"

namespace parley::store::mongo {

namespace {

std::optional<UserId> read_back(const Document& document) {
  return Fields(document).user("user");
}

}  // namespace

TEST(UserField, of_24_hexadecimal_digits_is_an_object_id) {
  const UserId id = *UserId::parse("65A000000000000000000001");
  Document document;
  document.user("user", id);
  EXPECT_EQ(Fields(document).type_name("user"), "an ObjectId");
  EXPECT_EQ(Fields(document).id("user"), ObjectId::parse("65a000000000000000000001"));
  EXPECT_EQ(read_back(document), id);
}

TEST(UserField, of_any_other_id_is_a_string) {
  for (const std::string text :
       {std::string("ada"), std::string(64, 'x'), std::string("65a00000000000000000000"), std::string("a.b/$c \"q\"")}) {
    Document document;
    document.user("user", *UserId::parse(text));
    EXPECT_EQ(Fields(document).text("user"), text);
    EXPECT_EQ(read_back(document), UserId::parse(text));
  }
}

TEST(UserField, of_the_server_itself_is_the_object_id_of_zeros_and_no_user) {
  Document document;
  document.user("user", UserId());
  EXPECT_EQ(Fields(document).id("user"), ObjectId{});
  EXPECT_EQ(read_back(document), std::nullopt);
}

TEST(UserField, that_is_no_user_id_is_nothing) {
  for (const std::string text : {std::string(), std::string(65, 'x'), std::string("two\nlines")}) {
    Document document;
    document.text("user", text);
    EXPECT_EQ(read_back(document), std::nullopt) << text;
  }
  Document number;
  number.int32("user", 7);
  EXPECT_EQ(read_back(number), std::nullopt);
  EXPECT_EQ(read_back(Document()), std::nullopt);
}

TEST(UserField, in_a_list_follows_the_same_rule) {
  Array users;
  users.user(*UserId::parse("65a000000000000000000001")).user(*UserId::parse("ada"));
  Document document;
  document.array("users", users.as_document());
  const auto list = Fields(document).document("users");
  ASSERT_TRUE(list);
  EXPECT_EQ(list->type_name("0"), "an ObjectId");
  EXPECT_EQ(list->type_name("1"), "a string");
}

}  // namespace parley::store::mongo
