// ICE servers with TURN credentials (docs/api-contract.md §3). Either time-limited credentials (the TURN REST scheme,
// draft-uberti-behave-turn-rest-00) or one static pair.
#pragma once

#include <cstdint>
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

/// How TURN credentials are made.
enum class TurnCredentials : std::uint8_t {
  timed,  // from the shared secret, new for every answer
  fixed   // one user name and one credential, the same for every client
};

struct IceSettings {
  const std::vector<std::string>& stun_urls;  // the first three are used
  const std::vector<std::string>& turn_urls;
  const std::string& turn_secret;    // fixed: the credential. Empty: TURN servers are omitted
  const std::string& turn_username;  // timed: the name after the time; fixed: the user name
  TurnCredentials turn_credentials = TurnCredentials::timed;
};

/// At most three STUN servers, then every TURN server. Timed credentials are username `<unix seconds + 86400>:<name>` and credential
/// base64(HMAC-SHA1(secret, username)). Fixed credentials are the configured user name and credential, unchanged.
[[nodiscard]] std::vector<IceServer> ice_servers(const IceSettings& settings, Timestamp now);
void write_ice_servers(JsonWriter& writer, const std::vector<IceServer>& servers);

}  // namespace parley::api
