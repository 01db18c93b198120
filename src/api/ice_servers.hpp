// ICE servers with time-limited TURN credentials (docs/api-contract.md §3; the TURN REST scheme, draft-uberti-behave-turn-rest-00).
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/json_writer.hpp"

namespace parley::api {

struct IceServer {
  std::string url;
  std::string username;  // empty: STUN
  std::string credential;
};

struct IceSettings {
  const std::vector<std::string>& stun_urls;  // the first three are used
  const std::vector<std::string>& turn_urls;
  const std::string& turn_secret;
  const std::string& turn_username;
};

/// At most three STUN servers, then every TURN server with username `<unix seconds + 86400>:<name>` and credential base64(HMAC-SHA1(secret,
/// username)).
[[nodiscard]] std::vector<IceServer> ice_servers(const IceSettings& settings, Timestamp now);
void write_ice_servers(JsonWriter& writer, const std::vector<IceServer>& servers);

}  // namespace parley::api
