#include "config/key.hpp"

#include <algorithm>
#include <array>

namespace parley::config {

namespace {

constexpr auto keys = std::to_array<Key>({
    {"config", KeyType::text, "FILE", "", "configuration file (TOML) with any of the keys below", ""},
    {"listen", KeyType::text, "ADDR:PORT", "127.0.0.1:3000", "address and port to serve on; port 0 lets the system pick", ""},
    {"data", KeyType::text, "DIR", "./parley-data", "folder of the embedded store, created if missing", ""},
    {"store", KeyType::text, "URI", "embedded", "the store: `embedded`, or mongodb://HOST:27017/DATABASE", ""},
    {"relay", KeyType::text, "URI", "", "connection between nodes; not available yet, leave it out", ""},
    {"jwt_secret_file", KeyType::text, "FILE", "", "file with the secret that tokens are signed with (HS256)", ""},
    {"claim_id", KeyType::text, "CLAIM", "",
     "the claim of tokens that names the user; without it `id`, else `sub`; dots reach into objects", ""},
    {"claim_role", KeyType::text, "CLAIM", "role", "the claim that holds the user's role, as in realm_access.role", ""},
    {"claim_email", KeyType::text, "CLAIM", "email", "the claim that holds the user's e-mail address", ""},
    {"claim_name", KeyType::text, "CLAIM", "name", "the claim that holds the user's name", ""},
    {"front_end", KeyType::text, "ORIGIN", "http://localhost:5173", "origin of the web front end", ""},
    {"origin", KeyType::list, "ORIGIN", "", "a further origin that browsers may call from", ""},
    {"trusted_proxy", KeyType::list, "CIDR", "", "a proxy whose X-Forwarded-For is trusted", ""},
    {"stun_url", KeyType::list, "URL", "", "STUN servers given to clients instead of the default list", ""},
    {"turn_url", KeyType::list, "URL", "", "a TURN server given to clients", ""},
    {"turn_secret_file", KeyType::text, "FILE", "", "file with the secret shared with the TURN servers", ""},
    {"turn_username", KeyType::text, "NAME", "webrtc-user", "the name in time-limited TURN user names", ""},
    {"turn_static_username", KeyType::text, "NAME", "", "TURN user name given to clients unchanged, instead of time-limited ones", ""},
    {"turn_static_credential_file", KeyType::text, "FILE", "", "file with the credential of turn_static_username", ""},
    {"threads", KeyType::number, "N", "0", "event loops; 0: one for each core", ""},
    {"message_length_max", KeyType::number, "N", "1000", "the longest message in UTF-16 code units, 1 to 10000", ""},
    {"limits", KeyType::choice, "on|off", "on", "off: no limit on requests, events and connections (sizes and lengths stay)", "on|off"},
    {"limit_requests", KeyType::number, "N", "80", "requests of one client in 60 s; 0: off", ""},
    {"limit_chat_requests", KeyType::number, "N", "30", "of those, to /api/chat; 0: off", ""},
    {"limit_session_requests", KeyType::number, "N", "30", "of those, to /api/sessions; 0: off", ""},
    {"limit_session_creates", KeyType::number, "N", "10", "sessions created by one client, and by one user, in 300 s; 0: off", ""},
    {"limit_chat_events", KeyType::number, "N", "120", "messages of one user over sockets in 60 s; 0: off", ""},
    {"limit_join_events", KeyType::number, "N", "2000", "joins of one user over sockets in 60 s; 0: off", ""},
    {"limit_entries_events", KeyType::number, "N", "2000", "reads of the log by one user over sockets in 60 s; 0: off", ""},
    {"limit_end_events", KeyType::number, "N", "300", "sessions ended by one user over sockets in 60 s; 0: off", ""},
    {"limit_connections", KeyType::number, "N", "1000", "live sockets; 0: off", ""},
    {"limit_connections_per_address", KeyType::number, "N", "50", "live sockets of one address; 0: off", ""},
    {"limit_connections_per_user", KeyType::number, "N", "10", "live sockets of one user; 0: off", ""},
    {"upkeep_interval_minutes", KeyType::number, "N", "30", "how often stale sessions are ended; 0: never", ""},
    {"upkeep_unstarted_minutes", KeyType::number, "N", "120", "age at which a session that nobody joined is ended; 0: never", ""},
    {"upkeep_active_minutes", KeyType::number, "N", "1440", "time after its start at which a session is ended; 0: never", ""},
    {"reopen", KeyType::choice, "WHO", "creator",
     "who may reopen an ended session: nobody, its creator and admins, or also a participant by joining it", "no|creator|join"},
    {"reopen_within", KeyType::number, "HOURS", "24", "how long after the end a join reopens a session, with reopen = join; 0: always", ""},
    {"environment", KeyType::text, "NAME", "dev", "the value of `env` in /health", ""},
    {"log_format", KeyType::choice, "logfmt|json", "logfmt", "format of the log lines", "logfmt|json"},
    {"log_level", KeyType::choice, "LEVEL", "info", "the lowest level that is logged: debug, info, warning, error",
     "debug|info|warning|error"},
});

/// Optimal string alignment: insertions, deletions, substitutions, and swaps of neighbours.
std::size_t edit_distance(std::string_view left, std::string_view right) {
  std::vector<std::vector<std::size_t>> rows(left.size() + 1, std::vector<std::size_t>(right.size() + 1));
  for (std::size_t i = 0; i <= left.size(); ++i) rows[i][0] = i;
  for (std::size_t j = 0; j <= right.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t substitution = rows[i - 1][j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
      rows[i][j] = std::min({rows[i - 1][j] + 1, rows[i][j - 1] + 1, substitution});
      if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1]) {
        rows[i][j] = std::min(rows[i][j], rows[i - 2][j - 2] + 1);
      }
    }
  }
  return rows[left.size()][right.size()];
}

}  // namespace

std::span<const Key> key_table() {
  return keys;
}

std::optional<std::size_t> find_key(std::string_view name) {
  const auto found = std::ranges::find(keys, name, &Key::name);
  if (found == keys.end()) return std::nullopt;
  return static_cast<std::size_t>(found - keys.begin());
}

std::string flag_of(const Key& key) {
  std::string flag = "--" + std::string(key.name);
  std::ranges::replace(flag, '_', '-');
  return flag;
}

std::string environment_name_of(const Key& key) {
  std::string name = "PARLEY_" + std::string(key.name);
  std::ranges::transform(name, name.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return name;
}

std::optional<std::string> nearest(std::string_view wrong, std::span<const std::string> candidates) {
  constexpr std::size_t text_bytes_max = 64;  // a longer text is no typing mistake, and the cost is the product of the lengths
  if (wrong.size() > text_bytes_max) return std::nullopt;
  const auto best = std::ranges::min_element(candidates, {}, [&](const std::string& each) { return edit_distance(wrong, each); });
  if (best == candidates.end() || edit_distance(wrong, *best) > std::max<std::size_t>(2, wrong.size() / 3)) return std::nullopt;
  return *best;
}

}  // namespace parley::config
