// Values become structs. A wrong value is refused with the name of the setting, its source and the fix.
#include "config/load_settings.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace parley::config {
namespace {

Result<Settings> settings_with(std::vector<GivenFlag> flags) {
  const auto values = collect_values(flags, {});
  if (!values) return std::unexpected(values.error());
  return make_settings(*values);
}

void expect_refusal(std::vector<GivenFlag> flags, std::string_view part) {
  const auto settings = settings_with(flags);
  ASSERT_FALSE(settings.has_value()) << part;
  EXPECT_NE(settings.error().message.find(part), std::string::npos) << settings.error().message;
}

struct SecretFile : testing::Test {
  std::string write(std::string_view content) {
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  void TearDown() override { std::filesystem::remove(path); }
  const std::string path = (std::filesystem::temp_directory_path() / ("parley-secret-test-" + std::to_string(::getpid()))).string();
};

TEST(Settings, by_default_are_the_contracts) {
  const auto settings = settings_with({});
  ASSERT_TRUE(settings.has_value()) << settings.error().message;
  EXPECT_EQ(settings->server.address, "127.0.0.1");
  EXPECT_EQ(settings->server.port, 3000);
  EXPECT_EQ(settings->http.allowed_origins, http_api::HttpApiConfig{}.allowed_origins);
  EXPECT_EQ(settings->server.engineio.cors_origins,
            (std::vector<std::string>{"http://localhost:5173", "http://localhost:3000", "https://localhost:5173"}));
  EXPECT_EQ(settings->http.limits.general, limits::requests_per_window);
  EXPECT_EQ(settings->http.limits.chat, limits::chat_requests_per_window);
  EXPECT_EQ(settings->http.limits.sessions, limits::session_requests_per_window);
  EXPECT_EQ(settings->http.limits.session_creates, limits::session_creates_per_window);
  EXPECT_EQ(settings->service.rates.chat, limits::chat_events_per_window);
  EXPECT_EQ(settings->service.rates.creation, limits::session_creates_per_window);
  EXPECT_EQ(settings->service.rates.join_session, limits::joins_per_window);
  EXPECT_EQ(settings->service.rates.entries, limits::entries_per_window);
  EXPECT_EQ(settings->service.rates.end_session, limits::ends_per_window);
  EXPECT_EQ(settings->service.connections_total_max, limits::connections_total_max);
  EXPECT_EQ(settings->service.connections_per_address_max, limits::connections_per_address_max);
  EXPECT_EQ(settings->service.connections_per_user_max, limits::connections_per_user_max);
  EXPECT_EQ(settings->http.environment_name, "dev");
  EXPECT_TRUE(settings->jwt.secret.empty());
}

TEST(Settings, the_length_of_a_message_is_for_the_service_and_the_documents) {
  EXPECT_EQ(settings_with({})->service.message_length_max, limits::message_utf16_units_default);
  for (const std::size_t length : {std::size_t{1}, limits::message_utf16_units_max}) {
    const auto settings = settings_with({{"--message-length-max", std::to_string(length)}, {"--limits", "off"}});
    ASSERT_TRUE(settings.has_value()) << settings.error().message;
    EXPECT_EQ(settings->service.message_length_max, length);
    EXPECT_EQ(settings->http.message_length_max, length);
  }
  for (const char* wrong : {"0", "10001", "-1", "1e3", ""})
    expect_refusal({{"--message-length-max", wrong}}, "(flag --message-length-max) must be a whole number from 1 to 10000.");
}

TEST(Settings, limits_off_turns_counts_off_and_leaves_sizes) {
  const auto settings = settings_with({{"--limits", "off"}});
  ASSERT_TRUE(settings.has_value());
  const auto& http = settings->http.limits;
  EXPECT_EQ(http.general + http.chat + http.sessions + http.session_creates, 0U);
  const auto& rates = settings->service.rates;
  EXPECT_EQ(rates.chat + rates.offer + rates.answer + rates.ice_candidate + rates.signalling_chat + rates.join_leave + rates.reopening, 0U);
  EXPECT_EQ(rates.creation + rates.join_session + rates.entries + rates.end_session, 0U);
  EXPECT_EQ(
      settings->service.connections_total_max + settings->service.connections_per_address_max + settings->service.connections_per_user_max,
      0U);
  EXPECT_EQ(settings->server.http_body_bytes_max, limits::http_body_bytes_max);
}

TEST(Settings, limits_of_events_are_set_one_by_one) {
  const auto settings = settings_with(
      {{"--limit-session-creates", "1"}, {"--limit-join-events", "2"}, {"--limit-entries-events", "3"}, {"--limit-end-events", "4"}});
  ASSERT_TRUE(settings.has_value()) << settings.error().message;
  const auto& rates = settings->service.rates;
  EXPECT_EQ(rates.creation, 1u);
  EXPECT_EQ(settings->http.limits.session_creates, 1u);
  EXPECT_EQ(rates.join_session, 2u);
  EXPECT_EQ(rates.entries, 3u);
  EXPECT_EQ(rates.end_session, 4u);
}

TEST(Settings, who_may_reopen_is_the_creator_unless_told_otherwise) {
  using By = service::ReopeningConfig::By;
  const auto untold = settings_with({})->service.reopening;
  EXPECT_EQ(untold.by, By::creator);
  EXPECT_EQ(untold.within, std::chrono::hours{24});
  for (const auto& [name, by] : {std::pair{"no", By::nobody}, {"creator", By::creator}, {"join", By::joining}})
    EXPECT_EQ(settings_with({{"--reopen", name}})->service.reopening.by, by) << name;
  EXPECT_EQ(settings_with({{"--reopen-within", "0"}})->service.reopening.within, std::chrono::hours{0});
  EXPECT_EQ(settings_with({{"--reopen-within", "72"}})->service.reopening.within, std::chrono::hours{72});
}

TEST(Settings, a_further_origin_joins_both_lists) {
  const auto settings = settings_with({{"--origin", "https://app.example.org"}, {"--front-end", "https://call.example.org"}});
  ASSERT_TRUE(settings.has_value());
  EXPECT_EQ(settings->http.allowed_origins.front(), "https://call.example.org");
  EXPECT_EQ(settings->http.allowed_origins.back(), "https://app.example.org");
  EXPECT_EQ(settings->server.engineio.cors_origins.front(), "https://call.example.org");
  EXPECT_EQ(settings->server.engineio.cors_origins.back(), "https://app.example.org");
}

TEST(Settings, an_origin_is_kept_as_browsers_send_it) {
  const std::vector<std::pair<std::string, std::string>> spellings = {
      {"https://app.example.com:443", "https://app.example.com"},
      {"http://app.example.com:80", "http://app.example.com"},
      {"https://app.example.com:80", "https://app.example.com:80"},
      {"http://app.example.com:443", "http://app.example.com:443"},
      {"https://app.example.com:8443", "https://app.example.com:8443"},
      {"https://app.example.com:08443", "https://app.example.com:8443"},
      {"https://app.example.com:", "https://app.example.com"},
      {"https://app.example.com/", "https://app.example.com"},
      {"HTTPS://App.Example.COM:443/", "https://app.example.com"},
      {"http://LOCALHOST:4173", "http://localhost:4173"},
      {"http://127.0.0.1:4173", "http://127.0.0.1:4173"},
      {"https://app.example.com.", "https://app.example.com."},
      {"https://my_app.example.com", "https://my_app.example.com"},
      {"https://xn--bcher-kva.example", "https://xn--bcher-kva.example"},
      {"https://[::1]:3000", "https://[::1]:3000"},
      {"https://[2001:DB8:0:0:0:0:0:1]:443", "https://[2001:db8::1]"},
      {"http://[0:0:0:0:0:0:0:0]", "http://[::]"},
      {"http://[::ffff:192.0.2.1]", "http://[::ffff:c000:201]"},
      {"capacitor://localhost", "capacitor://localhost"},
      {"chrome-extension://abcdefghijklmnop", "chrome-extension://abcdefghijklmnop"},
  };
  for (const auto& [given, kept] : spellings) {
    const auto settings = settings_with({{"--origin", given}, {"--front-end", given}});
    ASSERT_TRUE(settings.has_value()) << settings.error().message;
    EXPECT_EQ(settings->http.allowed_origins.front(), kept) << given;
    EXPECT_EQ(settings->http.allowed_origins.back(), kept) << given;
    EXPECT_EQ(settings->server.engineio.cors_origins.front(), kept) << given;
    EXPECT_EQ(settings->server.engineio.cors_origins.back(), kept) << given;
  }
}

TEST(Settings, an_origin_that_no_browser_sends_is_refused_with_how_to_correct_it) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"app.example.com", "Write https://app.example.com"},
      {"localhost:4173", "Write https://localhost:4173"},
      {"//app.example.com", "as in https://app.example.org"},
      {"https://app.example.com/app", "Write https://app.example.com."},
      {"https://app.example.com:443/a/b?c#d", "Write https://app.example.com."},
      {"https://app.example.com?x", "Write https://app.example.com."},
      {"https://app.example.com#x", "Write https://app.example.com."},
      {"https://user@app.example.com", "Leave out the name"},
      {"https://user:secret@app.example.com", "Leave out the name"},
      {"null", "no address that could be allowed"},
      {"*", "Name each origin"},
      {"https://*", "Name each origin"},
      {"https://*.example.com", "Name each origin"},
      {"https://a.example.com,https://b.example.com", "one by one"},
      {"https://a.example.com https://b.example.com", "one by one"},
      {"wss://app.example.com", "Write https://app.example.com."},
      {"ws://app.example.com:80", "Write http://app.example.com."},
      {"file://", "no address that could be allowed"},
      {"file:///srv/page.html", "no address that could be allowed"},
      {"https://b\xc3\xbc"
       "cher.example",
       "xn--"},
      {"https://b%C3%BCcher.example", "xn--"},
      {"https://", "must be an origin"},
      {"https:///", "must be an origin"},
      {"https://:443", "must be an origin"},
      {"://app.example.com", "must be an origin"},
      {"https:/app.example.com", "must be an origin"},
      {"", "must be an origin"},
      {"https://app.example.com:0", "port"},
      {"https://app.example.com:65536", "port"},
      {"https://app.example.com:web", "port"},
      {"https://app.example.com:+443", "port"},
      {"https://::1", "brackets"},
      {"https://2001:db8::1", "brackets"},
      {"https://[::1", "brackets"},
      {"https://[app]", "brackets"},
      {"https://[fe80::1%eth0]", "brackets"},
      {"http://127.1", "four numbers"},
      {"http://127.0.0.01", "four numbers"},
      {"http://0x7f.0.0.1", "four numbers"},
      {"http://2130706433", "four numbers"},
  };
  for (const auto& [given, advice] : wrong) {
    expect_refusal({{"--origin", given}}, "origin = \"");
    expect_refusal({{"--origin", given}}, advice);
    expect_refusal({{"--front-end", given}}, "front_end = \"");
  }
  EXPECT_EQ(settings_with({{"--origin", "https://user:secret@app.example.com"}}).error().message.find("secret"), std::string::npos);
}

TEST_F(SecretFile, origins_of_environment_and_file_are_read_alike) {
  const auto settings_of = [](const std::vector<GivenFlag>& flags, const Environment& environment) {
    const auto values = collect_values(flags, environment);
    return values ? make_settings(*values) : std::unexpected(values.error());
  };
  const auto of_environment =
      settings_of({}, {{"PARLEY_ORIGIN", "https://A.example:443, http://b.example/"}, {"PARLEY_FRONT_END", "HTTP://c.example:80"}});
  ASSERT_TRUE(of_environment.has_value()) << of_environment.error().message;
  const auto of_file = settings_of(
      {{"--config", write("front_end = \"HTTP://c.example:80\"\norigin = [\"https://A.example:443\", \"http://b.example/\"]\n")}}, {});
  ASSERT_TRUE(of_file.has_value()) << of_file.error().message;
  for (const auto* settings : {&*of_environment, &*of_file}) {
    EXPECT_EQ(settings->http.allowed_origins.front(), "http://c.example");
    EXPECT_EQ(settings->server.engineio.cors_origins,
              (std::vector<std::string>{"http://c.example", "http://localhost:3000", "https://localhost:5173", "https://a.example",
                                        "http://b.example"}));
  }
  EXPECT_NE(settings_of({}, {{"PARLEY_ORIGIN", "null"}}).error().message.find("(environment PARLEY_ORIGIN)"), std::string::npos);
}

TEST(Settings, refusals_name_the_key_its_source_and_the_way_out) {
  expect_refusal({{"--listen", "3000"}}, "listen = \"3000\" (flag --listen) must be ADDR:PORT");
  expect_refusal({{"--trusted-proxy", "10.0.0.0/33"}}, "trusted_proxy = \"10.0.0.0/33\"");
  expect_refusal({{"--store", "sqlite"}}, "must be `embedded`");
  expect_refusal({{"--relay", "nats://h:4222"}}, "one node");
  expect_refusal({{"--origin", "app.example.org"}}, "must be an origin");
  expect_refusal({{"--threads", "65"}}, "from 0 to 64");
  expect_refusal({{"--threads", "-1"}}, "from 0 to 64");
  expect_refusal({{"--threads", ""}}, "from 0 to 64");
  expect_refusal({{"--limits", "none"}}, "on|off");
  expect_refusal({{"--reopen", "anyone"}}, "no|creator|join");
  expect_refusal({{"--reopen-within", "a day"}}, "whole number");
  expect_refusal({{"--log-level", "loud"}}, "debug|info|warning|error");
  expect_refusal({{"--data", ""}}, "must name a folder");
  expect_refusal({{"--turn-url", "turn:t.example:3478"}}, "--turn-secret-file");
  expect_refusal({{"--turn-url", "https://t.example"}}, "must be turn:HOST");
  expect_refusal({{"--stun-url", "turn:t.example"}}, "must be stun:HOST");
  expect_refusal({{"--jwt-secret-file", "/nowhere/secret"}}, "/nowhere/secret cannot be read: No such file");
}

TEST(Settings, a_uri_of_mongodb_is_the_store) {
  const auto settings = settings_with({{"--store", "mongodb://u:p@h/d"}});
  ASSERT_TRUE(settings.has_value());
  EXPECT_TRUE(settings->uses_mongo());
  EXPECT_EQ(settings->mongo.uri, "mongodb://u:p@h/d");
  EXPECT_FALSE(settings_with({})->uses_mongo());
}

TEST(Settings, a_refused_uri_does_not_repeat_its_password) {
  for (const auto& flag : {GivenFlag{"--store", "mongo://u:hunter2@h/d"}, GivenFlag{"--relay", "nats://u:hunter2@h"}}) {
    EXPECT_EQ(settings_with({flag}).error().message.find("hunter2"), std::string::npos);
  }
}

TEST_F(SecretFile, loses_one_newline_and_nothing_else) {
  const std::string secret = " sixteen bytes! ";
  EXPECT_EQ(*read_secret(write(secret), "--x", 16), secret);
  EXPECT_EQ(*read_secret(write(secret + "\n"), "--x", 16), secret);
  EXPECT_EQ(*read_secret(write(secret + "\r\n"), "--x", 16), secret);
  EXPECT_EQ(*read_secret(write(secret + "\n\n"), "--x", 16), secret + "\n");
}

TEST_F(SecretFile, that_is_empty_or_short_is_refused_with_how_to_make_one) {
  EXPECT_NE(read_secret(write(""), "--jwt-secret-file", 16).error().message.find("is empty. Make one with: "), std::string::npos);
  EXPECT_NE(read_secret(write("\n"), "--jwt-secret-file", 16).error().message.find("is empty"), std::string::npos);
  EXPECT_TRUE(read_secret(write(std::string(limits::jwt_secret_bytes_min, 's')), "--x", limits::jwt_secret_bytes_min).has_value());
  const auto refusal =
      read_secret(write(std::string(limits::jwt_secret_bytes_min - 1, 's') + "\n"), "--jwt-secret-file", limits::jwt_secret_bytes_min);
  ASSERT_FALSE(refusal.has_value());
  EXPECT_NE(refusal.error().message.find("has 15 bytes"), std::string::npos) << refusal.error().message;
}

TEST_F(SecretFile, larger_than_any_secret_is_the_wrong_file) {
  EXPECT_TRUE(read_small_file(write(std::string(limits::settings_file_bytes_max, 's')), "X").has_value());
  EXPECT_FALSE(read_small_file(write(std::string(limits::settings_file_bytes_max + 1, 's')), "X").has_value());
}

TEST_F(SecretFile, of_a_static_turn_credential_reaches_the_settings) {
  const auto settings = settings_with(
      {{"--turn-url", "turn:t.example"}, {"--turn-static-username", "clinic"}, {"--turn-static-credential-file", write("pass word\n")}});
  ASSERT_TRUE(settings.has_value()) << settings.error().message;
  EXPECT_EQ(settings->service.ice.turn_credentials, api::TurnCredentials::fixed);
  EXPECT_EQ(settings->service.ice.turn_username, "clinic");
  EXPECT_EQ(settings->service.ice.turn_secret, "pass word");
  EXPECT_EQ(settings->turn_secret_source.flag, "--turn-static-credential-file");
  EXPECT_EQ(settings->secret_files, std::vector<std::string>{path}) << "checked for its mode";
}

TEST_F(SecretFile, of_a_static_turn_credential_is_refused_with_a_shared_secret_or_without_its_name) {
  const GivenFlag url{"--turn-url", "turn:t.example"};
  const GivenFlag name{"--turn-static-username", "clinic"};
  const GivenFlag file{"--turn-static-credential-file", write("password")};
  expect_refusal({url, name, file, {"--turn-secret-file", path}}, "cannot be used together with turn_secret_file");
  expect_refusal({url, name, {"--turn-secret-file", path}}, "turn_static_username = \"clinic\"");
  expect_refusal({url, file}, "give --turn-static-username NAME");
  expect_refusal({url, name}, "give --turn-static-credential-file FILE");
  expect_refusal({url, {"--turn-static-username", "a\nb"}, file}, "must be printable ASCII");
  expect_refusal({url, {"--turn-static-username", std::string(limits::turn_username_bytes_max + 1, 'u')}, file}, "at most 128 bytes");
  EXPECT_TRUE(settings_with({url, {"--turn-static-username", std::string(limits::turn_username_bytes_max, 'u')}, file}).has_value());
}

TEST_F(SecretFile, reaches_the_settings) {
  const auto settings = settings_with(
      {{"--jwt-secret-file", write("a secret that is long enough\n")}, {"--turn-url", "turn:t.example"}, {"--turn-secret-file", path}});
  ASSERT_TRUE(settings.has_value()) << settings.error().message;
  EXPECT_EQ(settings->jwt.secret, "a secret that is long enough");
  EXPECT_EQ(settings->service.ice.turn_secret, settings->jwt.secret);
  EXPECT_EQ(settings->service.ice.turn_urls, std::vector<std::string>{"turn:t.example"});
  EXPECT_EQ(settings->service.ice.turn_credentials, api::TurnCredentials::timed);
  EXPECT_EQ(settings->service.ice.turn_username, "webrtc-user");
  EXPECT_EQ(settings->turn_secret_source.path, path) << "to be read again at a rotation";
  EXPECT_EQ(settings->turn_secret_source.flag, "--turn-secret-file");
}

TEST_F(SecretFile, more_ice_servers_than_are_ever_used_are_refused) {
  const auto with_turn_urls = [this](std::size_t count) {
    std::vector<GivenFlag> flags{{"--turn-secret-file", write("s")}};
    for (std::size_t index = 0; index < count; ++index) flags.push_back({"--turn-url", "turn:t" + std::to_string(index) + ".example"});
    return flags;
  };
  const std::size_t stun_urls = service::IceConfig().stun_urls.size();
  EXPECT_TRUE(settings_with(with_turn_urls(limits::ice_servers_max - stun_urls)).has_value());
  EXPECT_FALSE(settings_with(with_turn_urls(limits::ice_servers_max - stun_urls + 1)).has_value());
}

TEST(Addresses, to_listen_on) {
  EXPECT_EQ(parse_listen("0.0.0.0:80")->address, "0.0.0.0");
  EXPECT_EQ(parse_listen("[::1]:3000")->address, "::1");
  EXPECT_EQ(parse_listen("localhost:0")->address, "localhost");
  EXPECT_EQ(parse_listen("127.0.0.1:65535")->port, 65'535);
  for (const std::string_view text : {"", ":3000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:+1", "127.0.0.1:3000x",
                                      "::1:3000", "[127.0.0.1]:3000", "[::1]", "256.0.0.1:1", "example.org:80"}) {
    EXPECT_FALSE(parse_listen(text).has_value()) << text;
  }
}

TEST(Addresses, of_proxies) {
  EXPECT_EQ(parse_cidr("10.0.0.0/8"), "10.0.0.0/8");
  EXPECT_EQ(parse_cidr("10.1.2.3"), "10.1.2.3/32");
  EXPECT_EQ(parse_cidr("::1"), "::1/128");
  EXPECT_EQ(parse_cidr("fd00::/128"), "fd00::/128");
  for (const std::string_view text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "fd00::/129", "10.0.0/8", "proxy", "10.0.0.0/8/8"}) {
    EXPECT_FALSE(parse_cidr(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace parley::config
