// Everything a deployment may set, as the plain structs of the folders that use it. Made by load_settings.hpp from file, environment
// and flags; nothing else reads those.
#pragma once

#include <string>
#include <vector>

#include "auth/jwt/jwt_config.hpp"
#include "http_api/http_api_config.hpp"
#include "observability/log_config.hpp"
#include "server/server_config.hpp"
#include "service/service_config.hpp"
#include "store/embedded/embedded_config.hpp"
#include "store/mongo/mongo_config.hpp"

namespace parley::config {

struct Settings {
  server::ServerConfig server;
  service::ServiceConfig service;
  http_api::HttpApiConfig http;
  store::embedded::EmbeddedConfig store;
  store::mongo::MongoConfig mongo;  // its URI is empty: the embedded store
  auth::JwtConfig jwt;              // the secret is empty when no file was named: `serve` refuses that, `demo` makes its own
  observability::LogConfig logs;
  std::vector<std::string> secret_files;  // those that were read: others should not be able to
  [[nodiscard]] bool uses_mongo() const { return !mongo.uri.empty(); }
  struct SecretSource {
    std::string path;  // empty: from nowhere
    std::string flag;  // that named it
  };
  SecretSource turn_secret_source;  // of service.ice.turn_secret
};

}  // namespace parley::config
