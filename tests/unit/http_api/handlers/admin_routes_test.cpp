// The routes for admins (docs/api-contract.md §5.5): their access checks and their answers.
#include "http_api/routing/route_table.hpp"
#include "unit/http_api/api_fixture.hpp"

namespace parley::http_api::test {
namespace {

using namespace std::chrono_literals;

class AdminRoutes : public Api {
 protected:
  Answer clean_up(std::string body) { return post("/api/sessions/cleanup", "admin", std::move(body)); }
};

TEST_F(AdminRoutes, everybody_else_is_refused_before_anything_of_the_handler) {
  created_session();
  clock.advance(48h);
  for (const auto& route : route_table()) {
    if (route.scope != Scope::administration) continue;
    for (const std::string_view who : {"doctor", "patient", "stranger"}) {
      auto headers = bearer(who);
      headers.push_back({"Content-Type", "application/json"});
      const auto answer = send(std::string(route.method), std::string(route.pattern), headers, R"({"hoursOld":null,"servers":7})");
      EXPECT_EQ(answer.status, 403u) << route.pattern;
      EXPECT_EQ(member(answer.body, "message"), "Admin access required");
    }
    EXPECT_EQ(send(std::string(route.method), std::string(route.pattern), bearer("forged")).status, 401u) << route.pattern;
    EXPECT_EQ(send(std::string(route.method), std::string(route.pattern)).status, 401u) << route.pattern;
  }
  EXPECT_EQ(member(get("/api/sessions/user/active", "doctor").body, "status"), "created");
}

TEST_F(AdminRoutes, the_figures_are_those_of_the_service_and_of_the_limiters) {
  clock.advance(90s);
  const auto figures = get("/api/sessions/monitoring/metrics", "admin");
  EXPECT_EQ(figures.status, 200u);
  EXPECT_EQ(figures.body, R"({"timestamp":"2026-01-01T00:01:30.000Z","totalConnections":0,"activeConnections":0,"peakConnections":0,)"
                          R"("connectionsPerMinute":0,"lastMinuteConnections":[],"rejectedConnections":0,"rateLimitedRequests":0,)"
                          R"("activeSessions":0,"rateLimiterEntries":0,"connectionLimits":{"maxConnectionsPerUser":10,)"
                          R"("maxConnectionsPerIP":50,"maxTotalConnections":1000},"iceServerHealth":)" +
                              get("/api/sessions/ice-servers/health", "admin").body +
                              R"(,"memoryUsage":{"rss":12345678,"heapTotal":0,"heapUsed":0,"external":0,"arrayBuffers":0},"uptime":90})");
}

TEST_F(AdminRoutes, cleanup_ends_sessions_a_day_old_unless_told_otherwise) {
  const auto session = created_session();
  clock.advance(24h);
  EXPECT_EQ(clean_up("{}").body, R"({"message":"Cleanup completed","sessionsUpdated":0})");
  clock.advance(1ms);
  EXPECT_EQ(clean_up(R"({"hoursOld":25})").body, R"({"message":"Cleanup completed","sessionsUpdated":0})");
  const auto answer = send("POST", "/api/sessions/cleanup", bearer("admin"));  // without a body
  EXPECT_EQ(answer.status, 200u);
  EXPECT_EQ(answer.body, R"({"message":"Cleanup completed","sessionsUpdated":1})");
  const auto seen = get("/api/sessions/" + session, "doctor");
  EXPECT_EQ(member(seen.body, "status"), "ended");
  EXPECT_EQ(member(seen.body, "endedAt"), to_iso8601(clock.now()));
}

TEST_F(AdminRoutes, hours_are_any_number_or_the_text_of_one) {
  for (const std::string_view hours : {"0", "0.5", "\"0.5\"", "\"0\"", "1e-3", "-0", "[1,2]"}) {
    const auto session = created_session();
    clock.advance(1h);
    const auto answer = clean_up(R"({"hoursOld":)" + std::string(hours) + "}");
    if (hours.starts_with('[')) {
      EXPECT_EQ(answer.status, 400u);
      continue;
    }
    EXPECT_EQ(member(answer.body, "sessionsUpdated"), "1") << hours;
  }
  for (const std::string_view hours : {"1e300", "\"876000\""}) {
    EXPECT_EQ(member(clean_up(R"({"hoursOld":)" + std::string(hours) + "}").body, "sessionsUpdated"), "0") << hours;
  }
}

TEST_F(AdminRoutes, hours_that_are_no_number_end_nothing) {
  const auto session = created_session();
  clock.advance(1000h);
  for (const std::string_view hours : {"null", "-1", "-0.001", "\"x\"", "\"\"", "\" 1\"", "\"-1\"", "\"12h\"", "\"inf\"", "\"nan\"",
                                       "\"1e999\"", "true", "false", "{}", "[]", "[24]"}) {
    const auto answer = clean_up(R"({"hoursOld":)" + std::string(hours) + "}");
    EXPECT_EQ(answer.status, 400u) << hours;
    EXPECT_EQ(member(answer.body, "message"), "Invalid hoursOld") << hours;
  }
  EXPECT_EQ(member(get("/api/sessions/" + session, "doctor").body, "status"), "created");
}

}  // namespace
}  // namespace parley::http_api::test
