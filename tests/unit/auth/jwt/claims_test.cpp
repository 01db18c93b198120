// The claims of a token (docs/api-contract.md §1): their names, the values that are taken, and the values that are refused.
#include <gtest/gtest.h>

#include "auth/jwt/make_token.hpp"
#include "base/limits.hpp"
#include "unit/auth/jwt/jwt_fixture.hpp"

namespace parley::auth {
namespace {

using namespace std::chrono_literals;

TEST_F(Jwt, a_lone_surrogate_in_a_shown_claim_becomes_the_replacement_character) {
  for (const std::string surrogate : {R"(\ud83d)", R"(\uDE42)", R"(\ud83d\ud83d)", R"(\ude42\ud83d)"}) {
    const auto result =
        of_payload(R"({"id":"ada","role":"doctor","name":"Dr. Ada )" + surrogate + R"(","email":"a)" + surrogate + R"(@example.org"})");
    ASSERT_TRUE(result.has_value()) << surrogate;
    const std::string shown(surrogate.size() == 6 ? replacement : std::string(replacement) + std::string(replacement));
    EXPECT_EQ(result->user, (domain::User{*UserId::parse("ada"), {"doctor"}, "a" + shown + "@example.org", "Dr. Ada " + shown}));
  }
  EXPECT_EQ(of_payload(R"({"id":"ada","role":"doctor","name":"Ada \ud83d\ude42 \\ud83d"})")->user.name, "Ada \xf0\x9f\x99\x82 \\ud83d");
}

TEST_F(Jwt, a_claim_that_nobody_reads_may_be_odd) {
  for (const std::string odd :
       {R"("nickname":"\ud83d")", R"("\ud83d":1)", R"("address":{"street":["\ude42"]})", R"("\ud83dexp":1)", R"("id\ud83d":"bea")",
        R"("account":123456789012345678901234567890)", R"("ratio":1e999)", R"("ratio":-1e999)", R"("deep":{"n":[18446744073709551616]})"}) {
    for (const std::string payload :
         {R"({"id":"ada","role":"doctor","exp":1700000001,)" + odd + "}", "{" + odd + R"(,"id":"ada","role":"doctor","exp":1700000001})"}) {
      const auto result = of_payload(payload);
      ASSERT_TRUE(result.has_value()) << payload;
      EXPECT_EQ(result->user.id.text(), "ada");
      EXPECT_EQ(authenticator.owner_of(signed_token(payload, secret))->user.text(), "ada");
    }
    EXPECT_EQ(of_payload(R"({"id":"ada","role":"doctor","exp":1700000000,)" + odd + "}").error(), AuthFailure::invalid)
        << "it still expires: " << odd;
  }
}

TEST_F(Jwt, a_lone_surrogate_in_an_id_or_a_role_is_refused) {
  for (const std::string id : {R"("\ud83d")", R"("ada\ud83d")", R"("\ude42")", R"("ada\ud83d\ufffd")"}) {
    EXPECT_EQ(of_payload(R"({"role":"doctor","id":)" + id + "}").error(), AuthFailure::invalid) << id;
    EXPECT_EQ(of_payload(R"({"role":"doctor","sub":)" + id + "}").error(), AuthFailure::invalid) << id;
    EXPECT_EQ(authenticator.owner_of(signed_token(R"({"id":)" + id + "}", secret)).error(), AuthFailure::invalid) << id;
  }
  EXPECT_EQ(of_payload(R"({"role":"doctor\ud83d","id":"ada"})").error(), AuthFailure::invalid);
  EXPECT_EQ(of_payload(R"({"role":"doctor","id":"\ufffd","name":"\ud83d"})")->user.id.text(), replacement)
      << "the character itself may be in an id";
}

TEST_F(Jwt, an_odd_value_in_the_header_does_not_matter_but_in_its_algorithm) {
  const std::string payload = R"({"id":"ada","role":"doctor"})";
  EXPECT_TRUE(authenticator.authenticate(signed_by(secret, R"({"alg":"HS256","kid":"\ud83d"})", payload)).has_value());
  EXPECT_TRUE(
      authenticator.authenticate(signed_by(secret, R"({"kid":123456789012345678901234567890,"alg":"HS256"})", payload)).has_value());
  expect_failure(signed_by(secret, R"({"alg":"HS256\ud83d"})", payload), AuthFailure::invalid);
  expect_failure(signed_by(secret, R"({"alg":"HS256","crit":["\ud83d"]})", payload), AuthFailure::invalid);
}

TEST_F(Jwt, times_beyond_what_a_number_holds_are_times) {
  EXPECT_TRUE(of_payload(R"({"id":"ada","role":"doctor","exp":123456789012345678901234567890})").has_value());
  EXPECT_TRUE(of_payload(R"({"id":"ada","role":"doctor","exp":1e999,"nbf":-1e999})").has_value());
  EXPECT_EQ(of_payload(R"({"id":"ada","role":"doctor","nbf":1e999})").error(), AuthFailure::invalid);
  EXPECT_EQ(of_payload(R"({"id":"ada","role":"doctor","exp":-1e999})").error(), AuthFailure::invalid);
}

TEST_F(Jwt, a_token_without_id_names_no_user) {
  for (const std::string_view payload : {R"({"role":"doctor"})", R"({"id":null,"role":"doctor"})", R"({})", R"({"role":"nobody"})"}) {
    const auto result = of_payload(payload);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error(), AuthFailure::user_not_found) << payload;
  }
}

TEST_F(Jwt, an_expired_token_without_id_is_invalid_first) {
  EXPECT_EQ(of_payload(R"({"role":"doctor","exp":1})").error(), AuthFailure::invalid);
}

TEST_F(Jwt, an_id_that_is_no_user_id_is_invalid) {
  for (const std::string id :
       {std::string(R"("")"), std::string("1"), std::string("true"), std::string("{}"), std::string("[]"), std::string(R"({"$ne":null})"),
        std::string(R"("000000000000000000000000")"), std::string(R"("a\u0000b")"), std::string(R"("a\nb")"), std::string(R"("\u007f")"),
        std::string(R"("\u0085")"), '"' + std::string(65, 'x') + '"'}) {
    EXPECT_EQ(of_payload(R"({"role":"doctor","id":)" + id + "}").error(), AuthFailure::invalid) << id;
  }
}

TEST_F(Jwt, an_id_is_any_text_of_1_to_64_bytes) {
  for (const std::string id :
       {std::string("x"), std::string("auth0|5f7c8ec7"), std::string("ada@example.org"), std::string("65f00000000000000000000"),
        std::string("65f00000000000000000000g"), std::string("Zo\xc3\xab \xf0\x9f\x99\x82"), std::string(64, 'x')}) {
    const auto result = of_payload(R"({"role":"doctor","id":")" + id + "\"}");
    ASSERT_TRUE(result.has_value()) << id;
    EXPECT_EQ(result->user.id.text(), id);
  }
}

TEST_F(Jwt, the_subject_names_the_user_where_there_is_no_id) {
  EXPECT_EQ(of_payload(R"({"role":"doctor","sub":"ada"})")->user.id.text(), "ada");
  EXPECT_EQ(of_payload(R"({"role":"doctor","id":null,"sub":"ada"})")->user.id.text(), "ada");
  EXPECT_EQ(of_payload(R"({"role":"doctor","id":"bea","sub":"ada"})")->user.id.text(), "bea");
  EXPECT_EQ(of_payload(R"({"role":"doctor","id":7,"sub":"ada"})").error(), AuthFailure::invalid) << "an id that is there counts";
  EXPECT_EQ(of_payload(R"({"role":"doctor","sub":7})").error(), AuthFailure::invalid);
}

struct NamedClaims : Jwt {
  const ClaimNames names{"https://example.org/user.id", "realm_access.role", "contact.mail.work", "preferred_username"};
  JwtAuthenticator named{JwtConfig{std::string(secret), names}, domain::RoleSet{}, clock};

  std::expected<Identity, AuthFailure> of(std::string_view payload) { return named.authenticate(signed_token(payload, secret)); }
};

TEST_F(NamedClaims, are_found_by_their_name_and_by_their_path) {
  const auto result = of(R"({"https://example.org/user.id":"ada","realm_access":{"role":"doctor"},
                             "contact":{"mail":{"work":"a@example.org"}},"preferred_username":"Ada"})");
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->user, (domain::User{*UserId::parse("ada"), {"doctor"}, "a@example.org", "Ada"}));
}

TEST_F(NamedClaims, a_member_of_the_whole_name_counts_before_the_path) {
  const auto result = of(
      R"({"https://example.org/user.id":"ada","realm_access.role":"patient","realm_access":{"role":"doctor"},"contact.mail":{"work":"x"}})");
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->user.role.name, "patient");
  EXPECT_EQ(result->user.email, "x") << "a dot may be in the name of a step, too";
}

TEST_F(NamedClaims, replace_the_usual_ones) {
  EXPECT_EQ(of(R"({"id":"ada","sub":"ada","realm_access":{"role":"doctor"}})").error(), AuthFailure::user_not_found);
  EXPECT_EQ(of(R"({"https://example.org/user.id":"ada","role":"doctor"})").error(), AuthFailure::invalid);
  EXPECT_EQ(of(R"({"https://example.org/user.id":"ada","realm_access":{"role":["doctor"]}})").error(), AuthFailure::invalid);
  EXPECT_EQ(of(R"({"https://example.org/user.id":"ada","realm_access":"doctor"})").error(), AuthFailure::invalid);
}

TEST_F(NamedClaims, may_hold_a_lone_surrogate_where_they_are_shown_and_nowhere_else) {
  const auto payload = [](std::string_view id, std::string_view role, std::string_view mail) {
    return R"({"https://example.org/user.id":")" + std::string(id) + R"(","realm_access":{"role":")" + std::string(role) +
           R"(","\ude42":0},"contact":{"mail":{"work":")" + std::string(mail) + R"("}},"preferred_username":"Ada \ud83d"})";
  };
  const auto result = of(payload("ada", "doctor", R"(a\ud83d)"));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->user,
            (domain::User{*UserId::parse("ada"), {"doctor"}, "a" + std::string(replacement), "Ada " + std::string(replacement)}));
  EXPECT_EQ(of(payload(R"(ada\ud83d)", "doctor", "a")).error(), AuthFailure::invalid);
  EXPECT_EQ(of(payload("ada", R"(doctor\ud83d)", "a")).error(), AuthFailure::invalid);
}

TEST_F(NamedClaims, are_where_a_made_token_has_them) {
  const domain::User user{*UserId::parse("ada \"a\""), {"doctor"}, "d@example.org", "Dr"};
  const auto result = named.authenticate(make_token({user, clock.time, clock.time + 1h}, secret, names));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->user, user);
}

TEST_F(Jwt, only_known_roles_are_taken) {
  for (const std::string role : {"doctor", "patient", "admin"}) {
    const auto result = of_payload(R"({"id":"65f000000000000000000001","role":")" + role + "\"}");
    ASSERT_TRUE(result.has_value()) << role;
    EXPECT_EQ(result->user.role.name, role);
  }
  EXPECT_EQ(of_payload(R"({"id":"65f000000000000000000001"})").error(), AuthFailure::invalid);
  for (const std::string role : {"\"\"", "\"Doctor\"", "\"nurse\"", "null", "1", "[\"doctor\"]"}) {
    EXPECT_EQ(of_payload(R"({"id":"65f000000000000000000001","role":)" + role + "}").error(), AuthFailure::invalid) << role;
  }
}

TEST_F(Jwt, foreign_or_overlong_email_and_name_count_as_not_given) {
  const auto result = of_payload(R"({"id":"65f000000000000000000001","role":"doctor","email":7,"name":{}})");
  ASSERT_TRUE(result.has_value());
  EXPECT_TRUE(result->user.email.empty() && result->user.name.empty());
  const auto named = [&](std::size_t length) {
    return of_payload(R"({"id":"65f000000000000000000001","role":"doctor","name":")" + std::string(length, 'n') + "\"}")->user.name.size();
  };
  EXPECT_EQ(named(limits::name_bytes_max), limits::name_bytes_max);
  EXPECT_EQ(named(limits::name_bytes_max + 1), 0U);
}

}  // namespace
}  // namespace parley::auth
