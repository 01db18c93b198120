#include "main/demo_command.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "auth/jwt/make_token.hpp"
#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "domain/error_code.hpp"
#include "main/assets.hpp"
#include "main/demo_secret.hpp"
#include "main/demo_text.hpp"
#include "main/open_store.hpp"
#include "main/serve.hpp"
#include "store/mongo/demo_users.hpp"

namespace parley::main {

namespace {

constexpr auto token_life = std::chrono::days{7};

// The users never change, so that a restarted demo finds their open session again.
domain::User demo_doctor(const domain::RoleSet& roles) {
  return {*UserId::parse("d0c7000000000000000000d0"), roles.doctor(), "doctor@demo.invalid", "Dr. Ada Byron"};
}
domain::User demo_patient(const domain::RoleSet& roles) {
  return {*UserId::parse("9a71000000000000000000e9"), roles.patient(), "patient@demo.invalid", "Max Sample"};
}

/// A URL that a browser on this machine can open. A wildcard address is reached over loopback.
std::string base_url(const Running& running) {
  const bool wildcard = running.address == "0.0.0.0" || running.address == "::";
  auto host = wildcard ? std::string("127.0.0.1") : running.address;
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return "http://" + host + ":" + std::to_string(running.port);
}

DemoFacts facts_of(const Running& running, const config::Settings& settings, std::string session) {
  const auto now = SystemClock{}.now();
  SystemEntropy entropy;
  const auto token_for = [&](const domain::User& user) {
    return auth::make_token({user, now, now + token_life, auth::new_token_id(entropy)}, settings.jwt.secret, settings.jwt.claims);
  };
  return {base_url(running), std::move(session), token_for(demo_doctor(settings.service.roles)),
          token_for(demo_patient(settings.service.roles)), place_of_store(settings)};
}

void announce(const Running& running, const config::Settings& settings, std::string session) {
  std::fputs(demo_text(facts_of(running, settings, std::move(session))).c_str(), stdout);
  std::fflush(stdout);
}

/// Adds the detail of a store error, for the user who starts the demo.
Error explained(Error error) {
  if (!error.detail.empty()) error.message += ". " + error.detail;
  return error;
}

/// Finds the open session of the two users, or creates one.
void prepare(const Running& running, const config::Settings& settings) {
  const auto doctor = demo_doctor(settings.service.roles);
  const auto patient = demo_patient(settings.service.roles);
  running.service.remember_user(doctor);
  running.service.remember_user(patient);
  service::CreateSession create{{domain::TextField::State::text, patient.id.to_string()}, {}};
  running.service.create_session(running.loop, {doctor, "127.0.0.1", "parley demo"}, std::move(create),
                                 [running, &settings](Result<domain::SessionView> session) {
                                   if (session) return announce(running, settings, session->row.id.to_string());
                                   if (session.error().code == ErrorCode::already_exists)
                                     return announce(running, settings, session.error().detail);
                                   std::fprintf(stderr, "parley: The demo's session cannot be made: %s\n", session.error().message.c_str());
                                 });
}

}  // namespace

int demo_command(Arguments arguments) {
  auto configured = configure(arguments);
  if (!configured) return fail(configured.error(), exit_misunderstood);
  auto& settings = configured->settings;
  if (settings.jwt.secret.empty()) {
    SystemEntropy entropy;
    auto secret = demo_secret(settings.store.directory, entropy);
    if (!secret) return fail(secret.error(), exit_failed);
    settings.jwt.secret = *std::move(secret);
  }
  if (settings.uses_mongo()) {
    const std::array users = {demo_doctor(settings.service.roles), demo_patient(settings.service.roles)};
    if (const auto added = store::mongo::add_demo_users(settings.mongo.uri, users, SystemClock{}.now()); !added)
      return fail(explained(added.error()), exit_failed);
  }
  settings.http.assets = demo_assets();
  const std::string page_settings = demo_page_settings(settings.service.message_length_max);
  std::ranges::find(settings.http.assets, "/demo/settings.js", &http_api::Asset::path)->body = page_settings;
  settings.http.own_origin = http_api::HttpApiConfig::OwnOrigin::allowed;
  const auto served = serve(settings, [&settings](const Running& running) { prepare(running, settings); });
  return served ? exit_done : fail(served.error(), exit_failed);
}

}  // namespace parley::main
