// Parts of the client that can be tested without a MongoDB server.
#include "store/mongo/driver/client.hpp"

#include <gtest/gtest.h>

#include "domain/error_code.hpp"

namespace parley::store::mongo {

TEST(Uri, without_credentials_names_hosts_and_database_only) {
  EXPECT_EQ(without_credentials("mongodb://me:secret@h1:27017,h2/db?replicaSet=r&authSource=admin"), "mongodb://h1:27017,h2/db");
  EXPECT_EQ(without_credentials("mongodb://h/db"), "mongodb://h/db");
  EXPECT_EQ(without_credentials("mongodb+srv://u:p%40x@cluster.example/db"), "mongodb+srv://cluster.example/db");
  EXPECT_EQ(without_credentials("mongodb://u:p@ss@h/db"), "mongodb://h/db");
  EXPECT_EQ(without_credentials(""), "");
}

TEST(Uri, that_cannot_be_used_is_refused_with_what_to_write) {
  for (const std::string uri : {"mongodb://u:hun:hunter2@h/db", "mongodb://u:hun/hunter2@h/db", "mongodb://u:hun@hunter2@h/db",
                                "mongodb://u:hunter2@/db", "mongodb://u:hunter2@h", "mongodb://u:hunter2@h/?replicaSet=r"}) {
    const auto pool = ClientPool::make(uri, "test", 1);
    ASSERT_FALSE(pool.has_value()) << uri;
    EXPECT_EQ(pool.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(pool.error().message.find("mongodb://HOST:27017/DATABASE"), std::string::npos) << pool.error().message;
    EXPECT_EQ(pool.error().message.find("hunter2"), std::string::npos) << pool.error().message;
  }
}

TEST(Uri, with_an_option_that_the_driver_does_not_know_is_refused_by_its_name) {
  for (const std::string option : {"bogus", "tsl"}) {
    const auto checked = check_uri("mongodb://me:hunter2@h/db?replicaSet=r&" + option + "=hunter2");
    ASSERT_FALSE(checked.has_value()) << option;
    EXPECT_EQ(checked.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(checked.error().message.find("does not know: \"" + option + "\""), std::string::npos) << checked.error().message;
    EXPECT_EQ(checked.error().message.find("hunter2"), std::string::npos) << checked.error().message;
    EXPECT_FALSE(ClientPool::make("mongodb://h/db?" + option + "=true", "test", 1).has_value());
  }
  EXPECT_TRUE(check_uri("mongodb://me:hunter2@h1,h2/db?replicaSet=r&authSource=admin&tls=true&ssl=true&serverSelectionTimeoutMS=900"
                        "&connectTimeoutMS=1&socketTimeoutMS=1&w=majority&journal=true&readConcernLevel=local&retryWrites=true"
                        "&tlsCAFile=/ca.pem&authMechanism=SCRAM-SHA-256&compressors=zlib&heartbeatFrequencyMS=900&directConnection=false")
                  .has_value());
}

TEST(Uri, its_options_that_are_not_used_are_named) {
  EXPECT_EQ(options_not_used("mongodb://h/db"), std::vector<std::string>{});
  EXPECT_EQ(options_not_used("mongodb://h/db?replicaSet=r&directConnection=false"), std::vector<std::string>{});
  EXPECT_EQ(options_not_used("mongodb://me:a?w=1@h/db?replicaSet=r"), std::vector<std::string>{});
  EXPECT_EQ(options_not_used("mongodb://h/db?W=1&readPreference=secondary;readPreferenceTags=dc:a&readPreferenceTags=dc:b&ssl=true"),
            (std::vector<std::string>{"W", "readPreference", "readPreferenceTags"}));
}

TEST(Uri, with_an_unused_option_that_the_driver_does_not_take_is_refused_by_its_name) {
  for (const std::string option : {"maxStalenessSeconds=120", "readPreference=any", "readPreferenceTags=dc:a", "w=0&journal=true"}) {
    const auto checked = check_uri("mongodb://me:hunter2@h/db?replicaSet=r&" + option);
    ASSERT_FALSE(checked.has_value()) << option;
    EXPECT_EQ(checked.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(checked.error().message.find("(" + option.substr(0, option.find('='))), std::string::npos) << checked.error().message;
    EXPECT_NE(checked.error().message.find("leave them out"), std::string::npos) << checked.error().message;
    EXPECT_EQ(checked.error().message.find("hunter2"), std::string::npos) << checked.error().message;
  }
}

TEST(Uri, of_a_server_that_is_not_there_fails_when_it_is_asked) {
  const auto pool = ClientPool::make("mongodb://127.0.0.1:1/db?serverSelectionTimeoutMS=50", "test", 1);
  ASSERT_TRUE(pool.has_value());
  Client client = (*pool)->take();
  const auto found = client.find("x", Document());
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().kind, FailureKind::not_sent);
  EXPECT_EQ(to_error(found.error()).code, ErrorCode::store_failed);
  EXPECT_GT(to_error(found.error()).retry_after_ms, 0);
}

TEST(Fields, are_nothing_when_they_are_missing_or_of_another_type) {
  Document document;
  document.text("text", "x").int32("int", 3).number("whole", 4.0).number("half", 0.5).null("null");
  const Fields fields(document);
  EXPECT_EQ(fields.integer("int"), 3);
  EXPECT_EQ(fields.integer("whole"), 4);
  EXPECT_EQ(fields.integer("half"), std::nullopt);
  EXPECT_EQ(fields.integer("text"), std::nullopt);
  EXPECT_EQ(fields.text("int"), std::nullopt);
  EXPECT_EQ(fields.id("text"), std::nullopt);
  EXPECT_EQ(fields.binaries("text"), std::nullopt);
  EXPECT_TRUE(fields.has("null"));
  EXPECT_FALSE(fields.has("missing"));
  EXPECT_EQ(fields.type_name("text"), "a string");
  EXPECT_EQ(fields.type_name("missing"), "missing");
}

}  // namespace parley::store::mongo
