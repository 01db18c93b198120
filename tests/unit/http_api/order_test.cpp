// The order of processing, which clients can observe (docs/api-contract.md §2), and the parts that every answer has.
#include "http_api/request/pending_request.hpp"
#include "http_api/routing/route_table.hpp"
#include "unit/http_api/api_fixture.hpp"

namespace parley::http_api::test {
namespace {

using Order = Api;

constexpr std::string_view security_header_names[] = {"Content-Security-Policy",
                                                      "Cross-Origin-Opener-Policy",
                                                      "Cross-Origin-Resource-Policy",
                                                      "Origin-Agent-Cluster",
                                                      "Referrer-Policy",
                                                      "Strict-Transport-Security",
                                                      "X-Content-Type-Options",
                                                      "X-DNS-Prefetch-Control",
                                                      "X-Download-Options",
                                                      "X-Frame-Options",
                                                      "X-Permitted-Cross-Domain-Policies",
                                                      "X-XSS-Protection"};

TEST_F(Order, the_root_is_a_page_and_nothing_else_runs_for_it) {
  for (const std::string target : {"/", "/?x=1"}) {
    const auto answer = send("GET", target, {{"Origin", "http://evil.example"}});
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.body, "Server is Live!");
    EXPECT_EQ(answer.header("Content-Type"), "text/html; charset=utf-8");
    for (const auto name : security_header_names) EXPECT_EQ(answer.header(name), std::nullopt) << name;
    EXPECT_EQ(answer.header("Vary"), std::nullopt);
  }
  EXPECT_EQ(send("POST", "/").status, 404U);
}

TEST_F(Order, every_other_answer_carries_the_security_headers) {
  for (const auto& answer : {send("GET", "/health"), send("GET", "/nope"), get("/api/sessions/user/active", ""), send("OPTIONS", "/x"),
                             send("GET", "/health", {{"Origin", "http://evil.example"}}), post("/api/chat/store", "doctor", "{")}) {
    for (const auto name : security_header_names) EXPECT_TRUE(answer.header(name).has_value()) << name << " at " << answer.status;
  }
  const auto health = send("GET", "/health");
  EXPECT_EQ(health.header("Content-Security-Policy"),
            "default-src 'self';style-src 'self' 'unsafe-inline';script-src 'self';img-src 'self' data: https:;connect-src 'self' wss: "
            "ws:;font-src "
            "'self';object-src 'none';media-src 'self';frame-src 'none';base-uri 'self';form-action 'self';frame-ancestors "
            "'self';script-src-attr "
            "'none';upgrade-insecure-requests");
  EXPECT_EQ(health.header("X-XSS-Protection"), "0");
  EXPECT_EQ(health.header("Strict-Transport-Security"), "max-age=31536000; includeSubDomains");
}

TEST_F(Order, an_allowed_origin_is_named_and_none_is_fine) {
  for (const std::string origin : {"http://localhost:5173", "http://localhost:3000", "http://localhost:3001", "http://localhost:4173",
                                   "http://localhost:8080", "https://localhost:5173"}) {
    const auto answer = send("GET", "/health", {{"Origin", origin}});
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), origin);
    EXPECT_EQ(answer.header("Access-Control-Allow-Credentials"), "true");
    EXPECT_EQ(answer.header("Vary"), "Origin");
  }
  const auto none = send("GET", "/health");
  EXPECT_EQ(none.status, 200U);
  EXPECT_EQ(none.header("Access-Control-Allow-Origin"), std::nullopt);
  EXPECT_EQ(none.header("Access-Control-Allow-Credentials"), "true");
  EXPECT_EQ(none.header("Vary"), "Origin");
}

TEST_F(Order, a_foreign_origin_is_refused_before_anything_else_looks) {
  for (const std::string origin : {"http://evil.example", "http://localhost:3002", "https://localhost:3000", "null", ""}) {
    for (const std::string method : {"GET", "POST", "OPTIONS"}) {
      const auto answer = send(method, "/api/chat/store", {{"Origin", origin}, {"Content-Type", "application/json"}}, "{");
      EXPECT_EQ(answer.status, 403U) << method << " " << origin;
      EXPECT_EQ(answer.body, R"({"success":false,"message":"Not allowed by CORS"})");
      EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), std::nullopt);
      EXPECT_EQ(answer.header("Access-Control-Allow-Credentials"), std::nullopt);
    }
  }
}

TEST_F(Order, a_refused_origin_is_named_in_the_log) {
  send("GET", "/health", {{"Origin", "http://localhost:4173"}});
  send("GET", "/health");
  EXPECT_EQ(logs.count("origin="), 0U);
  for (const auto* method : {"GET", "POST", "OPTIONS"}) send(method, "/api/chat/store?x=1", {{"Origin", "http://localhost:4174"}});
  EXPECT_EQ(logs.count("http_api: "), 1U);
  EXPECT_EQ(logs.count("--origin"), 1U);
  EXPECT_EQ(logs.count("origin=http://localhost:4174 path=/api/chat/store"), 1U);
}

TEST_F(Order, options_ends_with_204_for_any_path) {
  for (const std::string target : {"/", "/api/chat/store", "/nope"}) {
    const auto answer = send("OPTIONS", target, {{"Origin", "http://localhost:5173"}});
    EXPECT_EQ(answer.status, 204U);
    EXPECT_EQ(answer.body, "");
    EXPECT_EQ(answer.header("Access-Control-Allow-Methods"), "GET,POST,PUT,PATCH,DELETE,OPTIONS");
    EXPECT_EQ(answer.header("Access-Control-Allow-Headers"), "Content-Type,Authorization,X-Requested-With,Idempotency-Key");
    EXPECT_EQ(answer.header("Access-Control-Max-Age"), "86400");
    EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), "http://localhost:5173");
  }
}

TEST_F(Order, a_malformed_body_is_400_even_without_a_token) {
  const auto answer = post("/api/chat/store", "", "{");
  EXPECT_EQ(answer.status, 400U);
  EXPECT_EQ(member(answer.body, "success"), "false");
  EXPECT_EQ(post("/nope", "", "{").status, 400U);
  EXPECT_EQ(send("POST", "/api/chat/store", {{"Content-Type", "application/json; charset=latin1"}}, "{}").status, 415U);
}

TEST_F(Order, health_tells_the_environment) {
  for (const std::string target : {"/health", "/health/", "/HEALTH", "/health?x"}) {
    const auto answer = send("GET", target);
    EXPECT_EQ(answer.status, 200U) << target;
    EXPECT_EQ(answer.body, R"({"ok":true,"env":"dev"})");
    EXPECT_EQ(answer.header("Content-Type"), "application/json; charset=utf-8");
  }
}

TEST_F(Order, readiness_has_reasons) {
  EXPECT_EQ(send("GET", "/ready").status, 200U);
  not_ready = {"The store takes no entries until restart: a sync failed"};
  const auto answer = send("GET", "/ready");
  EXPECT_EQ(answer.status, 503U);
  EXPECT_NE(answer.body.find("a sync failed"), std::string::npos);
}

TEST_F(Order, metrics_are_text) {
  const auto answer = send("GET", "/metrics");
  EXPECT_EQ(answer.body, "parley_up 1\n");
  EXPECT_EQ(answer.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
}

TEST_F(Order, authentication_refusals_are_exact) {
  const auto body_of = [&](std::string_view token) {
    const auto answer = get("/api/sessions/user/active", token);
    EXPECT_EQ(answer.status, 401U) << token;
    return answer.body;
  };
  EXPECT_EQ(body_of(""), R"({"success":false,"message":"Not authorized, token missing"})");
  EXPECT_EQ(body_of("revoked"), R"({"success":false,"message":"Token revoked. Please login again."})");
  EXPECT_EQ(body_of("garbage"), R"({"success":false,"message":"Not authorized, token invalid"})");
  EXPECT_EQ(body_of("nobody"), R"({"success":false,"message":"Not authorized, user not found"})");
  EXPECT_EQ(send("GET", "/api/sessions/user/active", {{"Cookie", "token=doctor"}}).status, 200U);
  EXPECT_EQ(send("GET", "/api/sessions/user/active?token=doctor").status, 401U);
}

TEST_F(Order, every_route_of_the_two_scopes_wants_a_token) {
  for (const auto& route : route_table()) {
    std::string target(route.pattern);
    for (auto colon = target.find(':'); colon != std::string::npos; colon = target.find(':')) {
      target.replace(colon, target.find('/', colon) == std::string::npos ? std::string::npos : target.find('/', colon) - colon, "x");
    }
    const bool in_scope = target.starts_with("/api/");
    EXPECT_EQ(needs_token(route.scope), in_scope) << route.pattern;
    if (!in_scope) continue;
    EXPECT_EQ(send(std::string(route.method), target).status, 401U) << route.method << " " << target;
    EXPECT_EQ(send(std::string(route.method), target, bearer("garbage")).status, 401U) << route.method << " " << target;
  }
  EXPECT_EQ(send("GET", "/api/chat/there/is/no/such/path").status, 401U);
  EXPECT_EQ(send("GET", "/api/chatter").status, 404U);
}

TEST_F(Order, what_is_not_there_is_the_contracts_page) {
  const auto answer = send("GET", "/nope?<x>");
  EXPECT_EQ(answer.status, 404U);
  EXPECT_EQ(answer.body,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n</head>\n<body>\n<pre>Cannot GET "
            "/nope</pre>\n</body>\n</html>\n");
  EXPECT_EQ(answer.header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(answer.header("Content-Security-Policy"), "default-src 'none'");
  EXPECT_NE(send("DELETE", "/a<b>&\"'").body.find("<pre>Cannot DELETE /a&lt;b&gt;&amp;&quot;&#39;</pre>"), std::string::npos);
  EXPECT_NE(get("/api/chat", "doctor").body.find("Cannot GET /api/chat"), std::string::npos);
  EXPECT_NE(post("/api/chat/session/x", "doctor").body.find("Cannot POST"), std::string::npos);
}

TEST_F(Order, a_parameter_that_cannot_be_decoded_is_400) {
  const auto answer = get("/api/chat/session/%E0%A4%A", "doctor");
  EXPECT_EQ(answer.status, 400U);
  EXPECT_EQ(answer.body, R"({"success":false,"message":"Failed to decode param '%E0%A4%A'"})");
}

TEST_F(Order, paths_match_in_any_case_with_one_slash_at_the_end) {
  for (const std::string target : {"/api/sessions/ice-servers", "/API/Sessions/Ice-Servers/", "/api/sessions/ice-servers?x=1"}) {
    EXPECT_EQ(get(target, "doctor").status, 200U) << target;
  }
  EXPECT_EQ(get("/api/sessions/ice-servers//", "doctor").status, 404U);
  EXPECT_EQ(get("//api/sessions/ice-servers", "doctor").status, 404U);
}

TEST_F(Order, head_is_get) {
  const auto get_answer = send("GET", "/health");
  const auto head_answer = send("HEAD", "/health");
  EXPECT_EQ(head_answer.status, 200U);
  EXPECT_EQ(head_answer.header("ETag"), get_answer.header("ETag"));
  EXPECT_NE(send("HEAD", "/api/chatx").body.find("Cannot HEAD"), std::string::npos);
}

TEST_F(Order, an_etag_is_the_contracts_and_a_match_is_304) {
  // The tag of the empty body is well known: base64 of da39a3ee….
  EXPECT_EQ(etag_of("Server is Live!"), send("GET", "/").header("ETag"));
  EXPECT_EQ(etag_of(""), "W/\"0-2jmj7l5rSw0yVb/vlWAYkK/YBwk\"");
  const auto etag = *send("GET", "/health").header("ETag");
  EXPECT_TRUE(etag.starts_with("W/\"17-")) << etag;
  EXPECT_EQ(etag.size(), std::string("W/\"17-\"").size() + 27);
  const auto unchanged = send("GET", "/health", {{"If-None-Match", etag}});
  EXPECT_EQ(unchanged.status, 304U);
  EXPECT_EQ(unchanged.body, "");
  EXPECT_EQ(unchanged.header("ETag"), etag);
  EXPECT_EQ(send("GET", "/health", {{"If-None-Match", "W/\"other\""}}).status, 200U);
  EXPECT_EQ(send("GET", "/nope", {{"If-None-Match", "*"}}).status, 404U);
}

TEST_F(Order, a_body_beyond_the_limit_is_413_with_all_headers) {
  protocol::http::Request head;
  head.method = "POST";
  head.target = "/api/chat/store";
  Answer answer;
  static_cast<protocol::http::Response&>(answer) = http.body_too_large(head);
  EXPECT_EQ(answer.status, 413U);
  EXPECT_EQ(answer.body, R"({"success":false,"message":"request entity too large"})");
  EXPECT_TRUE(answer.header("Content-Security-Policy").has_value());
  head.headers = {{"Origin", "http://evil.example"}};
  EXPECT_EQ(http.body_too_large(head).status, 403U);
}

struct Limited : Api {
  Limited() : Api({5, 3, 2, 1}) {}
};

TEST_F(Limited, the_general_limiter_counts_whatever_is_asked) {
  for (std::uint32_t left = 5; left-- > 0;) {
    const auto answer = send("GET", left % 2 == 0 ? "/health" : "/nope");
    EXPECT_NE(answer.status, 429U);
    EXPECT_EQ(answer.header("RateLimit-Policy"), "5;w=60");
    EXPECT_EQ(answer.header("RateLimit-Limit"), "5");
    EXPECT_EQ(answer.header("RateLimit-Remaining"), std::to_string(left));
    EXPECT_EQ(answer.header("RateLimit-Reset"), "60");
    EXPECT_EQ(answer.header("Retry-After"), std::nullopt);
  }
  clock.advance(std::chrono::seconds{20});
  const auto refused = send("GET", "/health");
  EXPECT_EQ(refused.status, 429U);
  EXPECT_EQ(refused.body, R"({"message":"Too many requests, please try again later.","code":"rate_limited","retryAfter":40})");
  EXPECT_EQ(refused.header("Retry-After"), "40");
  EXPECT_EQ(refused.header("RateLimit-Remaining"), "0");
  address = "192.0.2.8";
  EXPECT_EQ(send("GET", "/health").status, 200U);
  address = "192.0.2.7";
  clock.advance(std::chrono::seconds{40});
  EXPECT_EQ(send("GET", "/health").status, 200U);
}

TEST_F(Limited, a_limited_client_gets_429_even_with_a_bad_token) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get("/api/chat/session/x", "garbage").status, 401U);
  const auto refused = get("/api/chat/session/x", "garbage");
  EXPECT_EQ(refused.status, 429U);
  EXPECT_EQ(refused.body, R"({"message":"Too many signaling requests, please slow down.","code":"rate_limited","retryAfter":60})");
  EXPECT_EQ(refused.header("RateLimit-Policy"), "3;w=60");
}

TEST_F(Limited, session_creation_has_its_own_window_and_reads_do_not_use_it) {
  const auto json = R"({"patientId":")" + std::string(patient_id) + "\"}";
  const auto created = post("/api/sessions/create", "doctor", json);
  EXPECT_EQ(created.status, 201U);
  EXPECT_EQ(created.header("RateLimit-Policy"), "1;w=300");
  const auto refused = post("/api/sessions/create", "doctor", json);
  EXPECT_EQ(refused.status, 429U);
  EXPECT_EQ(refused.body, R"({"message":"Too many session creation attempts, please wait.","code":"rate_limited","retryAfter":300})");
  const auto read = get("/api/sessions/user/active", "doctor");
  EXPECT_EQ(read.status, 200U);
  EXPECT_EQ(read.header("RateLimit-Policy"), "2;w=60");
}

TEST_F(Limited, a_body_that_is_malformed_is_not_counted) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(post("/api/chat/store", "doctor", "{").status, 400U);
  EXPECT_EQ(send("GET", "/health").header("RateLimit-Remaining"), "4");
}

TEST_F(Limited, readiness_and_metrics_are_exempt) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(send("GET", "/ready").status, 200U);
    EXPECT_EQ(send("GET", "/metrics").status, 200U);
  }
  EXPECT_EQ(send("GET", "/ready").header("RateLimit-Limit"), std::nullopt);
}

struct WithPage : Api {
  WithPage() : Api({1, 1, 1, 1}, {{"/demo", "text/html; charset=utf-8", "<p>page</p>"}, {"/demo/app.js", "text/javascript", "1"}}) {}
};

TEST_F(WithPage, assets_are_served_unlimited_with_a_policy_of_their_own) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(send("GET", "/demo").body, "<p>page</p>");
  const auto answer = send("GET", "/demo/app.js");
  EXPECT_EQ(answer.header("Content-Type"), "text/javascript");
  EXPECT_EQ(answer.header("RateLimit-Limit"), std::nullopt);
  EXPECT_EQ(answer.header("Content-Security-Policy")->find("upgrade-insecure-requests"), std::string::npos);
  EXPECT_EQ(send("GET", "/demo", {{"If-None-Match", *send("GET", "/demo").header("ETag")}}).status, 304U);
  EXPECT_EQ(send("POST", "/demo").status, 404U);
}

TEST_F(WithPage, a_page_may_load_its_files_from_where_it_came_from) {
  EXPECT_EQ(send("GET", "/demo", {{"Origin", "http://10.0.0.5:3000"}, {"Host", "10.0.0.5:3000"}}).status, 200U);
  EXPECT_EQ(send("GET", "/demo", {{"Origin", "http://10.0.0.6:3000"}, {"Host", "10.0.0.5:3000"}}).status, 403U);
}

TEST_F(WithPage, to_call_from_the_own_origin_a_page_has_to_be_allowed) {
  const Headers own = {{"Origin", "http://10.0.0.5:3000"}, {"Host", "10.0.0.5:3000"}};
  EXPECT_EQ(send("GET", "/ready", own).status, 403U);
  auto config = make_config({}, {});
  config.own_origin = HttpApiConfig::OwnOrigin::allowed;
  HttpApi calling{{service, clock, logs, [](const Figures&) { return std::string(); }, [] { return std::vector<std::string>(); },
                   [] { return std::uint64_t{0}; }},
                  config};
  protocol::http::Request request;
  request.method = "GET";
  request.target = "/ready";
  request.headers = own;
  unsigned status = 0;
  calling.handle(std::move(request), loop, [&](protocol::http::Response response) { status = response.status; });
  EXPECT_EQ(status, 200U);
}

TEST_F(Order, without_pages_the_own_origin_is_as_foreign_as_any) {
  EXPECT_EQ(send("GET", "/health", {{"Origin", "http://10.0.0.5:3000"}, {"Host", "10.0.0.5:3000"}}).status, 403U);
}

}  // namespace
}  // namespace parley::http_api::test
