// Sources of settings: precedence, unknown names, and the output of `parley config`.
#include "config/values.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "domain/error_code.hpp"

namespace parley::config {
namespace {

struct TemporaryFile {
  explicit TemporaryFile(std::string_view content) {
    path = (std::filesystem::temp_directory_path() / ("parley-config-test-" + std::to_string(::getpid()) + ".toml")).string();
    std::ofstream(path) << content;
  }
  ~TemporaryFile() { std::filesystem::remove(path); }
  std::string path;
};

std::vector<GivenFlag> flags(std::vector<GivenFlag> given) {
  return given;
}

TEST(Values, without_any_source_are_the_defaults) {
  const auto values = collect_values({}, {});
  ASSERT_TRUE(values.has_value());
  EXPECT_EQ(values->at("listen").text(), "127.0.0.1:3000");
  EXPECT_EQ(values->at("listen").source, "default");
  EXPECT_TRUE(values->at("origin").items.empty());
}

TEST(Values, flag_beats_environment_beats_file_beats_default) {
  const TemporaryFile file("listen = \"1.1.1.1:1\"\ndata = \"from-file\"\nfront_end = \"http://file\"\n");
  const Environment environment = {
      {"PARLEY_CONFIG", file.path}, {"PARLEY_LISTEN", "2.2.2.2:2"}, {"PARLEY_DATA", "from-environment"}, {"HOME", "/"}};
  const auto values = collect_values(flags({{"--listen", "3.3.3.3:3"}}), environment);
  ASSERT_TRUE(values.has_value()) << values.error().message;
  EXPECT_EQ(values->at("listen").text(), "3.3.3.3:3");
  EXPECT_EQ(values->at("listen").source, "flag --listen");
  EXPECT_EQ(values->at("data").text(), "from-environment");
  EXPECT_EQ(values->at("data").source, "environment PARLEY_DATA");
  EXPECT_EQ(values->at("front_end").text(), "http://file");
  EXPECT_EQ(values->at("front_end").source, file.path + ":3");
  EXPECT_EQ(values->at("threads").source, "default");
}

TEST(Values, the_config_flag_beats_the_environments_file) {
  const TemporaryFile file("data = \"from-file\"\n");
  const auto values = collect_values(flags({{"--config", file.path}}), {{"PARLEY_CONFIG", "/nowhere/at/all.toml"}});
  ASSERT_TRUE(values.has_value()) << values.error().message;
  EXPECT_EQ(values->at("data").text(), "from-file");
}

TEST(Values, a_list_of_a_stronger_source_replaces_the_weaker_one) {
  const TemporaryFile file("origin = [\"http://a\", \"http://b\"]\n");
  const auto of_file = collect_values(flags({{"--config", file.path}}), {});
  EXPECT_EQ(of_file->at("origin").items, (std::vector<std::string>{"http://a", "http://b"}));
  const auto of_environment = collect_values(flags({{"--config", file.path}}), {{"PARLEY_ORIGIN", "http://c, http://d,"}});
  EXPECT_EQ(of_environment->at("origin").items, (std::vector<std::string>{"http://c", "http://d"}));
  const auto of_flags = collect_values(flags({{"--config", file.path}, {"--origin", "http://e"}, {"--origin", "http://f"}}), {});
  EXPECT_EQ(of_flags->at("origin").items, (std::vector<std::string>{"http://e", "http://f"}));
}

TEST(Values, the_last_of_a_repeated_flag_counts) {
  const auto values = collect_values(flags({{"--data", "a"}, {"--data", "b"}}), {});
  EXPECT_EQ(values->at("data").text(), "b");
  EXPECT_EQ(values->at("data").items.size(), 1U);
}

TEST(Values, an_empty_variable_counts_as_not_set) {
  const auto values = collect_values({}, {{"PARLEY_DATA", ""}});
  EXPECT_EQ(values->at("data").source, "default");
}

TEST(Values, an_unknown_variable_names_the_nearest_one) {
  const auto values = collect_values({}, {{"PARLEY_LISTNE", "x"}});
  ASSERT_FALSE(values.has_value());
  EXPECT_EQ(values.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(values.error().message.find("PARLEY_LISTNE"), std::string::npos);
  EXPECT_NE(values.error().message.find("Did you mean PARLEY_LISTEN?"), std::string::npos);
  EXPECT_TRUE(collect_values({}, {{"PARLE_LISTEN", "x"}, {"parley_x", "y"}}).has_value());
}

TEST(Values, a_missing_file_is_named) {
  const auto values = collect_values(flags({{"--config", "/nowhere/parley.toml"}}), {});
  ASSERT_FALSE(values.has_value());
  EXPECT_NE(values.error().message.find("/nowhere/parley.toml"), std::string::npos);
  EXPECT_NE(values.error().message.find("No such file"), std::string::npos);
}

TEST(Toml, an_unknown_key_names_file_line_and_nearest_key) {
  const auto settings = settings_of_toml("data = \"x\"\njwt_secret_fle = \"y\"\n", "parley.toml");
  ASSERT_FALSE(settings.has_value());
  EXPECT_NE(settings.error().message.find("parley.toml:2"), std::string::npos);
  EXPECT_NE(settings.error().message.find("Did you mean \"jwt_secret_file\"?"), std::string::npos);
}

TEST(Toml, an_unknown_key_that_is_like_nothing_gets_no_suggestion) {
  const auto settings = settings_of_toml("bananas_and_more = 1\n", "parley.toml");
  ASSERT_FALSE(settings.has_value());
  EXPECT_EQ(settings.error().message.find("Did you mean"), std::string::npos);
}

TEST(Toml, a_file_may_not_name_another_file) {
  const auto settings = settings_of_toml("config = \"other.toml\"\n", "parley.toml");
  ASSERT_FALSE(settings.has_value());
  EXPECT_TRUE(settings.error().message.starts_with("parley.toml:1: \"config\" names this file and cannot be set in it")) << settings.error().message;
}

TEST(Toml, no_suggestion_is_a_key_that_a_file_may_not_hold) {
  const auto settings = settings_of_toml("confg = \"x\"\n", "parley.toml");
  ASSERT_FALSE(settings.has_value());
  EXPECT_EQ(settings.error().message.find("Did you mean \"config\""), std::string::npos) << settings.error().message;
}

TEST(Toml, values_of_the_wrong_kind_are_refused) {
  for (const std::string_view text : {"listen = [\"a\"]", "listen = 1.5", "listen = {a = 1}", "origin = [1]", "data = 2026-01-01"}) {
    const auto settings = settings_of_toml(text, "f");
    ASSERT_FALSE(settings.has_value()) << text;
    EXPECT_TRUE(settings.error().message.starts_with("f:1: ")) << settings.error().message;
  }
}

TEST(Toml, numbers_switches_and_single_list_items_are_taken) {
  const auto settings = settings_of_toml("threads = 4\nlimits = false\norigin = \"http://a\"\n", "f");
  ASSERT_TRUE(settings.has_value()) << settings.error().message;
  Values values;
  for (const auto& setting : *settings) values.set(setting.key, setting.value);
  EXPECT_EQ(values.at("threads").text(), "4");
  EXPECT_EQ(values.at("limits").text(), "off");
  EXPECT_EQ(values.at("origin").items, std::vector<std::string>{"http://a"});
}

TEST(Toml, what_does_not_parse_is_refused_with_its_line) {
  const auto settings = settings_of_toml("data = \"x\"\nlisten = \n", "parley.toml");
  ASSERT_FALSE(settings.has_value());
  EXPECT_TRUE(settings.error().message.starts_with("parley.toml:2: ")) << settings.error().message;
}

TEST(Toml, a_text_that_does_not_close_is_refused_with_its_line_and_what_to_do) {
  for (const std::string_view text : {"threads = 1\ndata = \"./x\nlisten = \"127.0.0.1:1\"\n", "threads = 1\ndata = \"./x"}) {
    const auto settings = settings_of_toml(text, "parley.toml");
    ASSERT_FALSE(settings.has_value()) << text;
    EXPECT_TRUE(settings.error().message.starts_with("parley.toml:2: ")) << settings.error().message;
    EXPECT_NE(settings.error().message.find("text in quotes that close"), std::string::npos) << settings.error().message;
  }
}

TEST(Listing, is_a_configuration_file_that_says_the_same) {
  const auto values = collect_values(flags({{"--listen", "0.0.0.0:80"}, {"--origin", "https://a \"b\""}, {"--limit-requests", "7"}}), {});
  const TemporaryFile file(listing_of(*values));
  const auto again = collect_values(flags({{"--config", file.path}}), {});
  ASSERT_TRUE(again.has_value()) << again.error().message;
  for (const auto& key : key_table()) {
    if (key.name == "config") continue;
    EXPECT_EQ(again->at(key.name).items, values->at(key.name).items) << key.name;
  }
}

TEST(Listing, shows_every_key_with_its_source) {
  const auto values = collect_values(flags({{"--listen", "0.0.0.0:80"}}), {{"PARLEY_THREADS", "2"}});
  const auto listing = listing_of(*values);
  for (const auto& key : key_table()) EXPECT_NE(listing.find(std::string(key.name) + " = "), std::string::npos) << key.name;
  EXPECT_NE(listing.find("listen = \"0.0.0.0:80\""), std::string::npos);
  EXPECT_NE(listing.find("# flag --listen"), std::string::npos);
  EXPECT_NE(listing.find("threads = 2 "), std::string::npos);
  EXPECT_NE(listing.find("# environment PARLEY_THREADS"), std::string::npos);
}

TEST(Listing, hides_passwords) {
  const auto listing = listing_of(*collect_values(flags({{"--store", "mongodb://me:hunter2@db.example/parley"}}), {}));
  EXPECT_EQ(listing.find("hunter2"), std::string::npos);
  EXPECT_NE(listing.find("mongodb://me:***@db.example/parley"), std::string::npos);
}

TEST(Keys, every_name_is_known_in_all_three_spellings_and_only_once) {
  std::vector<std::string> names;
  for (const auto& key : key_table()) {
    EXPECT_EQ(std::ranges::count(names, key.name), 0) << key.name;
    names.emplace_back(key.name);
    EXPECT_FALSE(key.doc.empty());
  }
  const auto& key = key_table()[*find_key("jwt_secret_file")];
  EXPECT_EQ(flag_of(key), "--jwt-secret-file");
  EXPECT_EQ(environment_name_of(key), "PARLEY_JWT_SECRET_FILE");
}

TEST(Nearest, counts_a_swap_as_one_slip) {
  const std::vector<std::string> names = {"listen", "limits", "data"};
  EXPECT_EQ(nearest("lisetn", names), "listen");
  EXPECT_EQ(nearest("limit", names), "limits");
  EXPECT_EQ(nearest("date", names), "data");
  EXPECT_EQ(nearest("xyzzyx", names), std::nullopt);
  EXPECT_EQ(nearest(std::string(10'000, 'l'), names), std::nullopt);
}

}  // namespace
}  // namespace parley::config
