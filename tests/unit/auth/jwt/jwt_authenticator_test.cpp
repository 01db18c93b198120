// The token table of docs/api-contract.md §1: every accepted token, and every reason for a refusal. The claims are in claims_test.cpp.
#include "auth/jwt/jwt_authenticator.hpp"

#include <gtest/gtest.h>

#include "auth/jwt/make_token.hpp"
#include "base/limits.hpp"
#include "support/counting_entropy.hpp"
#include "unit/auth/jwt/jwt_fixture.hpp"

namespace parley::auth {
namespace {

using namespace std::chrono_literals;

TEST_F(Jwt, a_made_token_gives_back_whom_it_was_made_for) {
  const domain::User user{*UserId::parse(doctor_id), {"doctor"}, "d@example.org", "Dr \"Who\""};
  const auto result = authenticator.authenticate(make_token({user, clock.time, clock.time + 1h}, secret));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->user, user);
}

TEST_F(Jwt, a_token_of_another_library_is_taken) {
  // RFC 7515 §A.1 builds its token in this way: a header with line breaks and another member order.
  const auto token = signed_by(secret, "{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}", R"({"role":"patient","id":"65F00000000000000000000A"})");
  const auto result = authenticator.authenticate(token);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->user.id.to_string(), "65f00000000000000000000a");
  EXPECT_EQ(result->user.role.name, "patient");
  EXPECT_TRUE(result->user.email.empty());
}

TEST_F(Jwt, every_other_algorithm_is_refused_even_with_our_signature) {
  const std::string payload = R"({"id":"65f000000000000000000001","role":"doctor"})";
  for (const std::string alg : {"none", "None", "HS384", "HS512", "RS256", "ES256", "EdDSA", "hs256", "HS256 ", ""}) {
    expect_failure(signed_by(secret, R"({"alg":")" + alg + R"("})", payload), AuthFailure::invalid);
  }
  for (const std::string_view head : {R"({})", R"({"alg":null})", R"({"alg":["HS256"]})", R"([])", R"("HS256")", "{"}) {
    expect_failure(signed_by(secret, head, payload), AuthFailure::invalid);
  }
}

TEST_F(Jwt, a_token_of_alg_none_without_signature_is_refused) {
  const std::string payload = to_base64url(R"({"id":"65f000000000000000000001","role":"doctor"})");
  expect_failure(to_base64url(R"({"alg":"none"})") + "." + payload + ".", AuthFailure::invalid);
  expect_failure(to_base64url(header) + "." + payload + ".", AuthFailure::invalid);
}

TEST_F(Jwt, a_critical_extension_is_refused) {
  expect_failure(signed_by(secret, R"({"alg":"HS256","crit":["b64"],"b64":false})", R"({"id":"65f000000000000000000001","role":"doctor"})"),
                 AuthFailure::invalid);
  expect_failure(signed_by(secret, R"({"alg":"HS256","crit":null})", R"({"id":"65f000000000000000000001","role":"doctor"})"),
                 AuthFailure::invalid);
}

TEST_F(Jwt, another_secret_and_a_changed_byte_are_refused) {
  const std::string payload = R"({"id":"65f000000000000000000001","role":"doctor"})";
  expect_failure(signed_by("another secret of some characters", header, payload), AuthFailure::invalid);
  const auto good = signed_token(payload, secret);
  ASSERT_TRUE(authenticator.authenticate(good).has_value());
  for (std::size_t at = 0; at < good.size(); ++at) {
    auto changed = good;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    expect_failure(changed, AuthFailure::invalid);
  }
}

TEST_F(Jwt, malformed_tokens_are_refused) {
  const auto good = signed_token(R"({"id":"65f000000000000000000001","role":"doctor"})", secret);
  for (const std::string& token :
       {std::string(), std::string("."), std::string(".."), std::string("a.b"), std::string("a.b.c"), good + ".", good + "=", " " + good,
        good + "\n", good.substr(0, good.size() - 1), std::string(100'000, 'a'), std::string("\0\0.\0.\0", 6)}) {
    expect_failure(token, AuthFailure::invalid);
  }
}

TEST_F(Jwt, a_second_spelling_of_the_same_bytes_is_refused) {
  // 32 bytes leave two unused bits in the last of 43 characters, so four spellings decode to the same bytes.
  const auto good = signed_token(R"({"id":"65f000000000000000000001","role":"doctor"})", secret);
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  auto other = good;
  other.back() = alphabet[alphabet.find(good.back()) ^ 1];
  expect_failure(other, AuthFailure::invalid);
}

TEST_F(Jwt, a_token_over_the_length_limit_is_refused) {
  const auto token_of = [](std::size_t padding) {
    return signed_token(R"({"id":"65f000000000000000000001","role":"doctor","x":")" + std::string(padding, 'x') + R"("})", secret);
  };
  std::size_t padding = limits::token_bytes_max * 3 / 4 - 300;
  while (token_of(padding + 1).size() <= limits::token_bytes_max) ++padding;
  EXPECT_TRUE(authenticator.authenticate(token_of(padding)).has_value());
  expect_failure(token_of(padding + 3), AuthFailure::invalid);
}

TEST_F(Jwt, payloads_that_are_no_object_are_refused) {
  for (const std::string_view payload :
       {"", "null", "[]", "\"x\"", "1", "{", R"({"id":"65f000000000000000000001","role":"doctor"} x)", "{\"id\":\"\xff\"}"}) {
    expect_failure(signed_token(payload, secret), AuthFailure::invalid);
  }
}

TEST_F(Jwt, expiry_has_no_leeway) {
  const auto now = std::chrono::floor<std::chrono::seconds>(clock.time).time_since_epoch().count();
  const auto expiring = [&](const std::string& exp) {
    return of_payload(R"({"id":"65f000000000000000000001","role":"doctor","exp":)" + exp + "}");
  };
  EXPECT_TRUE(expiring(std::to_string(now + 1)).has_value());
  EXPECT_EQ(expiring(std::to_string(now)).error(), AuthFailure::invalid);
  EXPECT_EQ(expiring(std::to_string(now - 1)).error(), AuthFailure::invalid);
  EXPECT_EQ(expiring("0").error(), AuthFailure::invalid);
  EXPECT_TRUE(expiring("1e300").has_value());
  for (const std::string exp : {"null", "\"9999999999\"", "true", "[]", "{}"})
    EXPECT_EQ(expiring(exp).error(), AuthFailure::invalid) << exp;
}

TEST_F(Jwt, not_before_has_no_leeway) {
  const auto now = std::chrono::floor<std::chrono::seconds>(clock.time).time_since_epoch().count();
  const auto starting = [&](const std::string& nbf) {
    return of_payload(R"({"id":"65f000000000000000000001","role":"doctor","nbf":)" + nbf + "}");
  };
  EXPECT_TRUE(starting(std::to_string(now)).has_value());
  EXPECT_EQ(starting(std::to_string(now + 1)).error(), AuthFailure::invalid);
  for (const std::string nbf : {"null", "\"0\"", "false"}) EXPECT_EQ(starting(nbf).error(), AuthFailure::invalid) << nbf;
}

TEST_F(Jwt, a_remembered_token_still_expires_and_still_starts) {
  const auto token = make_token({{*UserId::parse(doctor_id), {"doctor"}, "", ""}, clock.time, clock.time + 10s}, secret);
  EXPECT_TRUE(authenticator.authenticate(token).has_value());
  clock.time += 9s;
  EXPECT_TRUE(authenticator.authenticate(token).has_value());
  clock.time += 1s;
  expect_failure(token, AuthFailure::invalid);
  clock.time -= 1s;  // the wall clock may go back
  EXPECT_TRUE(authenticator.authenticate(token).has_value());
}

TEST_F(Jwt, two_tokens_of_one_user_from_one_second_differ_by_their_token_id) {
  const domain::User user{*UserId::parse(doctor_id), {"doctor"}, "", ""};
  test::CountingEntropy entropy;
  const auto issue = [&] { return make_token({user, clock.time, clock.time + 10s, new_token_id(entropy)}, secret); };
  const auto signed_out = issue();
  const auto signed_in_again = issue();
  EXPECT_NE(signed_out, signed_in_again);
  authenticator.revoke(authenticator.authenticate(signed_out).value().token);
  expect_failure(signed_out, AuthFailure::revoked);
  EXPECT_TRUE(authenticator.authenticate(signed_in_again).has_value());
}

TEST_F(Jwt, a_revoked_token_is_revoked_and_no_other) {
  const domain::User user{*UserId::parse(doctor_id), {"doctor"}, "", ""};
  const auto token = make_token({user, clock.time, clock.time + 10s}, secret);
  const auto other = make_token({user, clock.time, clock.time + 11s}, secret);
  const auto identity = authenticator.authenticate(token).value();
  EXPECT_EQ(identity.token.token, sha256({token}));
  EXPECT_EQ(identity.token.expires_at, clock.time + 10s);
  authenticator.revoke(identity.token);
  expect_failure(token, AuthFailure::revoked);
  EXPECT_TRUE(authenticator.authenticate(other).has_value());
  clock.time += 20s;
  expect_failure(token, AuthFailure::revoked);  // a token that is both revoked and expired is reported as revoked
}

TEST_F(Jwt, a_token_without_end_is_revoked_for_good) {
  const auto identity = of_payload(R"({"id":"65f000000000000000000001","role":"doctor"})").value();
  EXPECT_EQ(identity.token.expires_at, std::nullopt);
  EXPECT_EQ(of_payload(R"({"id":"65f000000000000000000001","role":"doctor","exp":1e300})")->token.expires_at, std::nullopt);
}

TEST_F(Jwt, the_owner_of_a_token_is_its_id_whatever_else_it_says) {
  for (const std::string claims : {"", R"(,"role":"nurse")", R"(,"role":null)", R"(,"role":["doctor"],"email":7)", R"(,"role":"doctor")"}) {
    const auto token = signed_token(R"({"id":"65f000000000000000000001")" + claims + "}", secret);
    const auto owner = authenticator.owner_of(token);
    ASSERT_TRUE(owner.has_value()) << claims;
    EXPECT_EQ(owner->user.to_string(), doctor_id);
    EXPECT_EQ(owner->token.token, sha256({token}));
  }
}

TEST_F(Jwt, the_owner_of_a_token_is_refused_as_its_identity_is) {
  const auto owner_of = [&](std::string_view payload) { return authenticator.owner_of(signed_token(payload, secret)); };
  for (const std::string_view payload : {R"({})", R"({"id":null})", R"({"role":"doctor"})"})
    EXPECT_EQ(owner_of(payload).error(), AuthFailure::user_not_found) << payload;
  for (const std::string_view payload : {R"({"id":""})", R"({"id":7})", R"({"id":{"$ne":null}})", R"({"exp":1})",
                                         R"({"id":"65f000000000000000000001","exp":1})", R"({"id":"65f000000000000000000001","nbf":9e9})"})
    EXPECT_EQ(owner_of(payload).error(), AuthFailure::invalid) << payload;
  EXPECT_EQ(authenticator.owner_of("x.y.z").error(), AuthFailure::invalid);
  const auto token = signed_token(R"({"id":"65f000000000000000000001","exp":9e9})", secret);
  authenticator.revoke(authenticator.owner_of(token)->token);
  EXPECT_EQ(authenticator.owner_of(token).error(), AuthFailure::revoked);
}

}  // namespace
}  // namespace parley::auth
