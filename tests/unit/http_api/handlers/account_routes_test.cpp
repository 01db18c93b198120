// Signing out over HTTP.
#include "unit/http_api/api_fixture.hpp"

namespace parley::http_api::test {
namespace {

TEST_F(Api, signing_out_revokes_the_token_presented) {
  const auto answer = post("/api/auth/logout", "doctor");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.body, R"({"success":true})");
  EXPECT_EQ(answer.header("Set-Cookie"), std::nullopt);
  const auto after = get("/api/sessions/user/active", "doctor");
  EXPECT_EQ(after.status, 401U);
  EXPECT_EQ(after.body, R"({"success":false,"message":"Token revoked. Please login again."})");
  EXPECT_EQ(post("/api/auth/logout", "doctor").status, 401U) << "it is no token any more";
  EXPECT_EQ(get("/api/sessions/user/active", "patient").status, 200U);
}

TEST_F(Api, signing_out_with_a_cookie_expires_it) {
  const auto answer = send("POST", "/api/auth/logout", {{"Cookie", "token=doctor"}});
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.header("Set-Cookie"), "token=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax");
  EXPECT_EQ(send("GET", "/api/sessions/user/active", {{"Cookie", "token=doctor"}}).status, 401U);
}

TEST_F(Api, signing_out_needs_a_token) {
  EXPECT_EQ(send("POST", "/api/auth/logout").body, R"({"success":false,"message":"Not authorized, token missing"})");
  EXPECT_EQ(get("/api/auth/logout", "doctor").status, 404U);
}

TEST_F(Api, signing_out_that_the_store_cannot_keep_is_refused) {
  store.refuse_all({ErrorCode::store_failed, "The store has failed", {}});
  const auto answer = post("/api/auth/logout", "doctor");
  EXPECT_EQ(answer.status, 503U);
  EXPECT_EQ(member(answer.body, "code"), "store_failed");
  EXPECT_EQ(get("/api/sessions/user/active", "doctor").status, 200U);
}

}  // namespace
}  // namespace parley::http_api::test
