#include "main/serve.hpp"

#include <algorithm>
#include <iterator>

#include "auth/jwt/jwt_authenticator.hpp"
#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "config/load_settings.hpp"
#include "domain/error_code.hpp"
#include "http_api/http_api.hpp"
#include "ice/udp/udp_ice_checker.hpp"
#include "main/assets.hpp"
#include "main/descriptors.hpp"
#include "main/metrics.hpp"
#include "main/open_store.hpp"
#include "main/private_files.hpp"
#include "main/shutdown_signals.hpp"
#include "observability/process_memory.hpp"
#include "observability/stderr_log_sink.hpp"
#include "parley_version.hpp"
#include "relay/local/local_relay.hpp"
#include "server/server.hpp"

namespace parley::main {

namespace {

http_api::HttpApiConfig http_config(const config::Settings& settings) {
  auto http = settings.http;
  http.version = version;
  std::ranges::copy(docs_assets(), std::back_inserter(http.assets));
  return http;
}

std::unexpected<Error> cannot_listen(const Error& error) {
  return refuse(error.code, error.message + ". It is set with --listen ADDR:PORT, or make run LISTEN=ADDR:PORT.");
}

/// A function that reads the TURN secret's file again; empty if there is no such file.
std::function<Result<std::string>()> turn_secret_reader(const config::Settings& settings) {
  if (settings.turn_secret_source.path.empty()) return {};
  return [source = settings.turn_secret_source] { return config::read_secret(source.path, source.flag, 1); };
}

}  // namespace

Result<void> serve(config::Settings settings, std::function<void(const Running&)> on_running) {
  ShutdownSignals signals;
  SystemClock clock;
  observability::StderrLogSink logs(settings.logs);
  const std::size_t descriptors = raise_descriptor_limit();
  share_descriptors(settings, descriptors, logs);
  server::Server server(settings.server, clock, logs);
  const auto store = open_store(settings, clock, logs);
  if (!store) return std::unexpected(store.error());
  warn_of_readers(settings, logs);
  relay::LocalRelay relay;
  auth::JwtAuthenticator authenticator(settings.jwt, settings.service.roles, clock);
  const auto revocations = (*store)->ports().revocations().all_revocations();
  if (!revocations) return std::unexpected(revocations.error());
  for (const domain::Revocation& revocation : *revocations) authenticator.revoke(revocation);
  const auto loops = server.loops();
  const auto make_entropy = [] { return std::make_unique<SystemEntropy>(); };
  ice::UdpIceChecker ice_checker(clock, make_entropy);
  service::ChatService service(
      {loops, (*store)->ports(), relay, authenticator, clock, make_entropy, logs, ice_checker, turn_secret_reader(settings)},
      settings.service);
  http_api::HttpApi http_api(
      {service, clock, logs, [&](const http_api::Figures& figures) { return metrics_text(server.counts(), figures, (*store)->health()); },
       [&] { return reasons_not_ready((*store)->health()); }, [] { return observability::resident_bytes(); },
       [&] { return (*store)->health().losses_named; }},
      http_config(settings));
  server.set_http_handler(http_api);
  server.set_namespace_handler(service.namespace_handler());
  if (const auto listening = server.listen(); !listening) return cannot_listen(listening.error());

  const auto address = settings.server.address + ":" + std::to_string(server.port());
  logs.write(LogLevel::info, "main", "serving",
             {{"version", version},
              {"commit", commit},
              {"address", address},
              {"store", place_of_store(settings)},
              {"open_files", std::to_string(descriptors)},
              {"threads", std::to_string(loops.size())}});
  service.start_upkeep();
  loops.front()->post([&] { on_running({service, *loops.front(), settings.server.address, server.port()}); });
  const auto stop = [&] {
    logs.write(LogLevel::info, "main", "stopping");
    server.stop([&](auto finished) { service.drain(*loops.front(), std::move(finished)); });
  };
  signals.watch(stop, [&](std::string_view name) {
    logs.write(LogLevel::warning, "main", "a signal was received and changes nothing; SIGTERM stops the server", {{"signal", name}});
  });
  server.run();
  (*store)->stop();
  if (const std::uint64_t behind = (*store)->health().mirror_behind; behind > 0)
    return refuse(
        ErrorCode::store_failed,
        "Stopped while the database could not be reached; commits that the collections of other software lack: " + std::to_string(behind) +
            ". Nothing is lost. The next start writes them, or `parley mirror`; wait for that before other software writes there.");
  logs.write(LogLevel::info, "main", "stopped");
  return {};
}

int serve_command(Arguments arguments) {
  const auto configured = configure(arguments);
  if (!configured) return fail(configured.error(), exit_misunderstood);
  if (configured->settings.jwt.secret.empty()) {
    return fail({ErrorCode::invalid_argument,
                 "No secret to verify tokens with. Make one with: (umask 077; head -c 32 /dev/urandom | base64 > secret), then give "
                 "--jwt-secret-file secret. To try things out without, run `parley demo`.",
                 {},
                 0},
                exit_misunderstood);
  }
  const auto served = serve(configured->settings, [](const Running&) {});
  return served ? exit_done : fail(served.error(), exit_failed);
}

}  // namespace parley::main
