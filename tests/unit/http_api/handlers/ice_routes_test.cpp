// ICE servers, as admins read and change them (docs/api-contract.md §5.5).
#include "unit/http_api/api_fixture.hpp"

namespace parley::http_api::test {
namespace {

using namespace std::chrono_literals;

class IceRoutes : public Api {
 protected:
  Answer check() {
    ice_checker.answer_at_once();
    return post("/api/sessions/ice-servers/health-check", "admin");
  }
  Answer put(std::string json) {
    auto headers = bearer("admin");
    headers.push_back({"Content-Type", "application/json"});
    return send("PUT", "/api/sessions/ice-servers/turn-config", headers, std::move(json));
  }
  std::string servers_given() { return get("/api/sessions/ice-servers", "patient").body; }
};

TEST_F(IceRoutes, before_a_check_the_servers_are_counted_and_nothing_is_said_of_them) {
  const auto started = to_iso8601(clock.now());
  clock.advance(5min);
  EXPECT_EQ(get("/api/sessions/ice-servers/health", "admin").body, R"({"summary":{"totalServers":5,"healthyServers":0,"lastCheck":")" +
                                                                       started + R"(","credentialRotation":{"lastRotation":")" + started +
                                                                       R"(","nextRotation":"2026-01-02T00:00:00.000Z"}},"servers":{}})");
  EXPECT_EQ(member(servers_given(), "serverCount"), "3");
}

TEST_F(IceRoutes, a_check_shows_what_was_measured_and_why_the_others_failed) {
  ice_checker.say("stun:stun1.l.google.com:19302", {false, std::nullopt, "Timed out: no answer"});
  clock.advance(1h);
  const auto now = to_iso8601(clock.now());
  const auto checked = check();
  EXPECT_EQ(checked.status, 200u);
  EXPECT_TRUE(
      checked.body.starts_with(R"({"message":"Health check completed","summary":{"totalServers":5,"healthyServers":4,"lastCheck":")" + now))
      << checked.body;
  EXPECT_NE(checked.body.find(R"("stun:stun.l.google.com:19302":{"type":"STUN","healthy":true,"lastCheck":")" + now +
                              R"(","responseTime":12,"error":null})"),
            std::string::npos)
      << checked.body;
  EXPECT_NE(checked.body.find(R"("stun:stun1.l.google.com:19302":{"type":"STUN","healthy":false,"lastCheck":")" + now +
                              R"(","responseTime":null,"error":"Timed out: no answer"})"),
            std::string::npos)
      << checked.body;
  EXPECT_NE(checked.body.find("stun4.l.google.com"), std::string::npos);
  EXPECT_EQ("{\"message\":\"Health check completed\"," + get("/api/sessions/ice-servers/health", "admin").body.substr(1), checked.body);
}

TEST_F(IceRoutes, times_are_milliseconds_to_the_microsecond) {
  ice_checker.say("stun:stun.l.google.com:19302", {true, std::chrono::nanoseconds(1'234'567), {}});
  EXPECT_EQ(member(check().body, "responseTime"), "1.235");
}

TEST_F(IceRoutes, a_changed_configuration_is_what_clients_get_and_what_is_checked) {
  auto answer =
      put(R"({"servers":["turn:turn.example.org:3478","turns:turn.example.org?transport=tcp"],"username":"calls","secret":"s3cret"})");
  EXPECT_EQ(answer.status, 200u);
  EXPECT_EQ(answer.body, R"({"message":"TURN configuration updated successfully","timestamp":")" + to_iso8601(clock.now()) + R"("})");
  const auto given = servers_given();
  EXPECT_EQ(member(given, "serverCount"), "5");
  EXPECT_EQ(member(given, "username"), "1767312000:calls");
  EXPECT_NE(given.find("turns:turn.example.org?transport=tcp"), std::string::npos);
  const auto checked = check();
  EXPECT_EQ(member(checked.body, "totalServers"), "7");
  EXPECT_NE(checked.body.find(R"("turn:turn.example.org:3478":{"type":"TURN")"), std::string::npos);
  EXPECT_EQ(ice_checker.asked()[5].username, "1767312000:calls");
  EXPECT_EQ(ice_checker.asked()[5].credential, member(given, "credential"));

  EXPECT_EQ(put(R"({"servers":[]})").status, 200u);
  EXPECT_EQ(member(servers_given(), "serverCount"), "3");
  EXPECT_EQ(get("/api/sessions/ice-servers/health", "admin").body.find("turn:"), std::string::npos) << "no longer configured";
}

TEST_F(IceRoutes, a_configuration_without_anything_and_one_that_makes_no_sense_change_nothing) {
  const auto before = servers_given();
  for (const auto* json : {"{}", "[]", R"({"servers":null})", R"({"username":"","secret":0})", R"({"servers":false,"x":1})"}) {
    const auto answer = put(json);
    EXPECT_EQ(answer.status, 400u) << json;
    EXPECT_EQ(member(answer.body, "message"), "At least one configuration parameter is required") << json;
  }
  const std::string long_name(limits::turn_username_bytes_max + 1, 'n');
  for (const std::string& json : std::vector<std::string>{
           R"({"servers":"turn:example.org"})", R"({"servers":{}})", R"({"servers":7})", R"({"servers":true})", R"({"servers":[7]})",
           R"({"servers":["turn:a.example",null]})", R"({"servers":["http://example.org"]})", R"({"servers":["stun:example.org"]})",
           R"({"servers":["turn:a\"b"]})", R"({"servers":[[]]})", R"({"username":7})", R"({"username":["x"]})", R"({"username":"a\nb"})",
           R"({"secret":{}})", R"({"secret":true,"username":"good"})", "{\"username\":\"" + long_name + "\"}"}) {
    const auto answer = put(json);
    EXPECT_EQ(answer.status, 400u) << json;
    EXPECT_EQ(member(answer.body, "message"), "Invalid configuration") << json;
  }
  EXPECT_EQ(servers_given(), before);
}

TEST_F(IceRoutes, a_rotation_is_dated) {
  clock.advance(3h);
  const auto answer = post("/api/sessions/ice-servers/rotate-credentials", "admin");
  EXPECT_EQ(answer.body, R"({"message":"TURN credential rotation initiated","timestamp":"2026-01-01T03:00:00.000Z"})");
  const auto health = get("/api/sessions/ice-servers/health", "admin").body;
  EXPECT_EQ(member(health, "lastRotation"), "2026-01-01T03:00:00.000Z");
  EXPECT_EQ(member(health, "nextRotation"), "2026-01-02T03:00:00.000Z");
}

}  // namespace
}  // namespace parley::http_api::test
