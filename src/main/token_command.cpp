#include "main/token_command.hpp"

#include <charconv>
#include <chrono>
#include <cstdio>

#include "auth/jwt/make_token.hpp"
#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "domain/error_code.hpp"
#include "main/demo_secret.hpp"

namespace parley::main {

namespace {

std::unexpected<Error> misunderstood(std::string message) {
  return refuse(ErrorCode::invalid_argument, std::move(message));
}

Result<std::chrono::seconds> parse_duration(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  constexpr std::int64_t days_max = 36'500;
  if (failure == std::errc{} && number > 0 && number <= days_max * 86'400) {
    if (unit == "s" || unit.empty()) return std::chrono::seconds{number};
    if (unit == "m" && number <= days_max * 1'440) return std::chrono::minutes{number};
    if (unit == "h" && number <= days_max * 24) return std::chrono::hours{number};
    if (unit == "d" && number <= days_max) return std::chrono::days{number};
  }
  return misunderstood("--expires " + std::string(text) + " must be a number followed by s, m, h or d, as in 12h.");
}

Result<domain::User> user_of(std::span<const config::GivenFlag> given, const domain::RoleSet& roles) {
  const auto id_text = config::last_value(given, "--id");
  if (!id_text) return misunderstood("--id is missing. Name the user, as in --id ada or --id 65f000000000000000000001.");
  const auto id = UserId::parse(*id_text);
  if (!id)
    return misunderstood("--id \"" + *id_text +
                         "\" must be a user id of 1 to 64 bytes without control characters, as in ada or 65f000000000000000000001.");
  const auto role_text = config::last_value(given, "--role");
  if (!role_text) return misunderstood("--role is missing: doctor, patient or admin.");
  auto role = roles.parse_account_role(*role_text);
  if (!role) return misunderstood("--role \"" + *role_text + "\" must be doctor, patient or admin.");
  return domain::User{*id, *std::move(role), config::last_value(given, "--email").value_or(""),
                      config::last_value(given, "--name").value_or("")};
}

Result<std::string> token_of(Arguments arguments) {
  const auto configured = configure(arguments, token_flags());
  if (!configured) return std::unexpected(configured.error());
  auto user = user_of(configured->given, configured->settings.service.roles);
  if (!user) return std::unexpected(user.error());
  const auto secret = secret_in_force(configured->settings);
  if (!secret) return std::unexpected(secret.error());
  SystemEntropy entropy;
  auth::TokenRequest request{*std::move(user), SystemClock{}.now(), std::nullopt, auth::new_token_id(entropy)};
  if (const auto expires = config::last_value(configured->given, "--expires")) {
    const auto duration = parse_duration(*expires);
    if (!duration) return std::unexpected(duration.error());
    request.expires_at = request.issued_at + *duration;
  }
  return auth::make_token(request, *secret, configured->settings.jwt.claims);
}

}  // namespace

std::vector<config::Flag> token_flags() {
  return {
      {"--id", "ID", "the user: 1 to 64 bytes without control characters"},
      {"--role", "ROLE", "doctor, patient or admin"},
      {"--email", "TEXT", "e-mail address of the user"},
      {"--name", "TEXT", "name of the user"},
      {"--expires", "TIME", "how long the token is valid: 90s, 15m, 12h, 7d (no end)"},
  };
}

int token_command(Arguments arguments) {
  const auto token = token_of(arguments);
  if (!token) return fail(token.error(), exit_misunderstood);
  std::printf("%s\n", token->c_str());
  return exit_done;
}

}  // namespace parley::main
