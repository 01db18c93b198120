// The token table of docs/api-contract.md §1: every accepted token, and every reason for a refusal.
#include "auth/jwt/jwt_authenticator.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "auth/jwt/jws.hpp"
#include "auth/jwt/make_token.hpp"
#include "base/hash.hpp"
#include "base/limits.hpp"
#include "support/counting_entropy.hpp"
#include "support/manual_clock.hpp"

namespace parley::auth {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view secret = "a secret of thirty-two characters";
constexpr std::string_view doctor_id = "65f000000000000000000001";
constexpr std::string_view header = R"({"alg":"HS256","typ":"JWT"})";

class SetClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return time; }
  [[nodiscard]] SteadyTime steady_now() const override { return {}; }
  Timestamp time{1'700'000'000s};
};

std::string signed_by(std::string_view key, std::string_view head, std::string_view payload) {
  std::string token = to_base64url(head) + "." + to_base64url(payload);
  return token + "." + to_base64url(view_of(hmac_sha256(key, {token})));
}

struct Jwt : testing::Test {
  SetClock clock;
  JwtAuthenticator authenticator{JwtConfig{std::string(secret)}, domain::RoleSet{}, clock};

  std::expected<Identity, AuthFailure> of_payload(std::string_view payload) {
    return authenticator.authenticate(signed_token(payload, secret));
  }
  void expect_failure(std::string_view token, AuthFailure failure) {
    const auto result = authenticator.authenticate(token);
    ASSERT_FALSE(result.has_value()) << token;
    EXPECT_EQ(result.error(), failure) << token;
  }
};

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

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

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

TEST(RevokedTokens, forget_the_dead_as_others_come_in) {
  RevokedTokens tokens;
  test::ManualClock clock;
  const Timestamp now = clock.now();
  const auto add = [&](std::uint32_t number, std::optional<Timestamp> expires_at) {
    domain::Revocation revocation{.token = {}, .expires_at = expires_at};
    std::memcpy(revocation.token.data(), &number, sizeof number);
    tokens.add(revocation, clock);
    EXPECT_TRUE(tokens.contains(revocation.token));
  };
  EXPECT_FALSE(tokens.contains({}));
  for (std::uint32_t number = 0; number < 10'000; ++number) {
    add(number, number % 10 == 0 ? std::nullopt : std::optional(now));
    if (number % 1'000 == 0) clock.advance(limits::revocation_margin);
  }
  EXPECT_GE(tokens.size(), 1'000u) << "those that never expire";
  EXPECT_LT(tokens.size(), 4'000u);
}

TEST(RevokedTokens, a_clock_that_was_ahead_brings_none_back) {
  RevokedTokens tokens;
  test::ManualClock clock;
  const auto add = [&](std::uint32_t number, Timestamp expires_at) {
    domain::Revocation revocation{.token = {}, .expires_at = expires_at};
    std::memcpy(revocation.token.data(), &number, sizeof number);
    tokens.add(revocation, clock);
  };
  const Timestamp soon = clock.now() + 1h;
  add(0, soon);
  clock.set_ahead(std::chrono::years(1));
  for (std::uint32_t number = 1; number < 10'000; ++number) add(number, soon);
  clock.set_ahead({});
  EXPECT_EQ(tokens.size(), 10'000u);
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

TEST(VerifiedTokens, what_is_used_survives_and_the_whole_stays_bounded) {
  VerifiedTokens tokens(16 * 2 * 4);  // eight in each shard
  const auto claims = std::make_shared<const Claims>(Claims{UserId{}, domain::User{}, {}, {}, {}});
  tokens.remember("kept", claims);
  std::size_t remembered = 0;
  for (int i = 0; i < 10'000; ++i) {
    tokens.remember("token " + std::to_string(i), claims);
    ASSERT_NE(tokens.find("kept"), nullptr);
  }
  for (int i = 0; i < 10'000; ++i)
    if (tokens.find("token " + std::to_string(i)) != nullptr) ++remembered;
  EXPECT_GT(remembered, 0U);
  EXPECT_LE(remembered, 16U * 2 * 4);
}

TEST(VerifiedTokens, a_token_that_was_never_remembered_is_not_found) {
  VerifiedTokens tokens;
  EXPECT_EQ(tokens.find("x"), nullptr);
}

}  // namespace
}  // namespace parley::auth
