// An authenticator whose secret and clock the test knows, and tokens signed with any header.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <expected>
#include <string>
#include <string_view>

#include "auth/jwt/jws.hpp"
#include "auth/jwt/jwt_authenticator.hpp"
#include "base/hash.hpp"

namespace parley::auth {

inline constexpr std::string_view secret = "a secret of thirty-two characters";
inline constexpr std::string_view doctor_id = "65f000000000000000000001";
inline constexpr std::string_view header = R"({"alg":"HS256","typ":"JWT"})";

inline constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

class SetClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return time; }
  [[nodiscard]] SteadyTime steady_now() const override { return {}; }
  Timestamp time{std::chrono::seconds(1'700'000'000)};
};

inline std::string signed_by(std::string_view key, std::string_view head, std::string_view payload) {
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

}  // namespace parley::auth
