// All settings of a deployment, as the plain structs of the folders that use them. load_settings.hpp makes them from file, environment and
// flags; no other code reads these sources.
#pragma once

#include <string>
#include <vector>

#include "auth/jwt/jwt_config.hpp"
#include "http_api/request/http_api_config.hpp"
#include "observability/log_config.hpp"
#include "server/shared/server_config.hpp"
#include "service/shared/service_config.hpp"
#include "store/embedded/embedded_config.hpp"
#include "store/mongo/driver/mongo_config.hpp"

namespace parley::config {

struct Settings {
  server::ServerConfig server;
  service::ServiceConfig service;
  http_api::HttpApiConfig http;
  store::embedded::EmbeddedConfig store;
  store::mongo::MongoConfig mongo;  // empty URI: use the embedded store
  auth::JwtConfig jwt;              // secret empty: no file was named. `serve` refuses that, `demo` makes its own
  observability::LogConfig logs;
  std::vector<std::string> secret_files;  // the secret files that were read: warn if others can read them
  [[nodiscard]] bool uses_mongo() const { return !mongo.uri.empty(); }
  struct SecretSource {
    std::string path;  // empty: no file was named
    std::string flag;  // the flag that named it
  };
  SecretSource turn_secret_source;  // source of service.ice.turn_secret
};

}  // namespace parley::config
