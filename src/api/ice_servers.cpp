#include "api/ice_servers.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/hash.hpp"

namespace parley::api {
namespace {

constexpr std::size_t stun_servers_max = 3;  // contract §3
constexpr auto credential_lifetime = std::chrono::seconds(86'400);

struct Pair {
  std::string username;
  std::string credential;
};

Pair timed_pair(const IceSettings& settings, Timestamp now) {
  const auto expiry = std::chrono::floor<std::chrono::seconds>(now) + credential_lifetime;
  const std::string username = std::to_string(expiry.time_since_epoch().count()) + ":" + settings.turn_username;
  return {username, to_base64(view_of(hmac_sha1(settings.turn_secret, username)))};
}

Pair turn_pair(const IceSettings& settings, Timestamp now) {
  if (settings.turn_credentials == TurnCredentials::fixed) return {settings.turn_username, settings.turn_secret};
  return timed_pair(settings, now);
}

}  // namespace

std::vector<IceServer> ice_servers(const IceSettings& settings, Timestamp now) {
  std::vector<IceServer> servers;
  const std::size_t stun_count = std::min(settings.stun_urls.size(), stun_servers_max);
  for (std::size_t index = 0; index < stun_count; ++index) servers.push_back({settings.stun_urls[index], {}, {}});
  if (settings.turn_urls.empty() || settings.turn_secret.empty()) return servers;

  const auto [username, credential] = turn_pair(settings, now);
  for (const std::string& url : settings.turn_urls) servers.push_back({url, username, credential});
  return servers;
}

void write_ice_servers(JsonWriter& writer, const std::vector<IceServer>& servers) {
  writer.begin_array();
  for (const IceServer& server : servers) {
    writer.begin_object().member("urls", server.url);
    if (!server.username.empty()) writer.member("username", server.username).member("credential", server.credential);
    writer.end_object();
  }
  writer.end_array();
}

}  // namespace parley::api
