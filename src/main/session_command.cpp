#include "main/session_command.hpp"

#include <cstdio>

#include "api/request.hpp"
#include "auth/jwt/make_token.hpp"
#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "base/json_writer.hpp"
#include "domain/error_code.hpp"
#include "load/http_connection.hpp"
#include "load/load_failure.hpp"
#include "main/demo_secret.hpp"

namespace parley::main {

namespace {

std::unexpected<Error> misunderstood(std::string message) {
  return refuse(ErrorCode::invalid_argument, std::move(message));
}

Result<bench::Endpoint> endpoint_of(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  auto rest = url.starts_with(scheme) ? url.substr(scheme.size()) : std::string_view{};
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const auto listen = config::parse_listen(rest);
  if (!listen) return misunderstood("--url " + std::string(url) + " must be http://ADDRESS:PORT, as in http://127.0.0.1:3000.");
  return bench::Endpoint{listen->address == "localhost" ? "127.0.0.1" : listen->address, listen->port};
}

Result<std::string> doctor_token(const Configured& configured) {
  if (auto token = config::last_value(configured.given, "--token")) return *std::move(token);
  const auto id_text = config::last_value(configured.given, "--doctor");
  if (!id_text) return misunderstood("--doctor is missing. Name the user who creates the session, or give --token.");
  const auto id = UserId::parse(*id_text);
  if (!id)
    return misunderstood("--doctor \"" + *id_text +
                         "\" must be a user id of 1 to 64 bytes without control characters. Correct it, or give --token.");
  const auto secret = secret_in_force(configured.settings);
  if (!secret) return std::unexpected(secret.error());
  const auto now = SystemClock{}.now();
  SystemEntropy entropy;
  return auth::make_token(
      {{*id, configured.settings.service.roles.doctor(), {}, {}}, now, now + std::chrono::minutes{5}, auth::new_token_id(entropy)}, *secret,
      configured.settings.jwt.claims);
}

struct Call {
  std::string url;
  bench::Endpoint endpoint;
  std::string token;
  std::string json;
  enum class Id : std::uint8_t { made, chosen } id = Id::made;
};

Result<Call> read_call(Arguments arguments) {
  const auto configured = configure(arguments, session_flags());
  if (!configured) return std::unexpected(configured.error());
  auto url = config::last_value(configured->given, "--url").value_or("http://127.0.0.1:3000");
  const auto endpoint = endpoint_of(url);
  if (!endpoint) return std::unexpected(endpoint.error());
  const auto patient = config::last_value(configured->given, "--patient");
  if (!patient) return misunderstood("--patient is missing. Name the other user of the session.");
  if (!UserId::parse(*patient))
    return misunderstood("--patient \"" + *patient + "\" must be a user id of 1 to 64 bytes without control characters.");
  auto token = doctor_token(*configured);
  if (!token) return std::unexpected(token.error());
  const auto chosen = config::last_value(configured->given, "--session");
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().member("patientId", *patient);
  if (chosen) writer.member("sessionId", *chosen);
  writer.end_object();
  return Call{std::move(url), *endpoint, *std::move(token), std::move(json), chosen ? Call::Id::chosen : Call::Id::made};
}

/// The id of the created session, or of the existing open session. If the caller chose an id, another session is not accepted.
std::optional<std::string> session_of(const bench::RestClient::Answer& answer, Call::Id id) {
  const auto fields = api::Fields::from_json_body(answer.body);
  if (!fields) return std::nullopt;
  if (answer.status != 201) return id == Call::Id::made ? fields->string("sessionId") : std::nullopt;
  const auto session = api::Fields::from_json_body(std::string(fields->raw("session")));
  return session ? session->string("sessionId") : std::nullopt;
}

int print_session(const bench::RestClient::Answer& answer, Call::Id id) {
  const auto session = session_of(answer, id);
  if (!session) {
    std::fprintf(stderr, "parley: The server answered %u: %s\n", answer.status, answer.body.c_str());
    return exit_failed;
  }
  std::printf("%s\n", session->c_str());
  if (answer.status != 201) std::fputs("parley: these two have this session open already\n", stderr);
  return exit_done;
}

}  // namespace

std::vector<config::Flag> session_flags() {
  return {
      {"--url", "URL", "the running server (http://127.0.0.1:3000)"},
      {"--doctor", "ID", "the user who creates the session: the id in the token"},
      {"--patient", "ID", "the other user of the session"},
      {"--session", "ID", "the id of the session, such as that of an appointment; without it the server makes one"},
      {"--token", "JWT", "the doctor's token; without it, one is made with the configured secret"},
  };
}

int session_command(Arguments arguments) {
  const auto call = read_call(arguments);
  if (!call) return fail(call.error(), exit_misunderstood);
  try {
    bench::RestClient client(call->endpoint);
    return print_session(client.request({"POST", "/api/sessions/create", call->token, call->json}), call->id);
  } catch (const bench::LoadFailure&) {
    // The exception's text is for benchmarks. The only failure here is that no server answers, so this message is better.
    return fail({ErrorCode::internal,
                 "No server answers at " + call->url + ". Start one with `parley serve`, or say where it is with --url.",
                 {},
                 0},
                exit_failed);
  }
}

}  // namespace parley::main
