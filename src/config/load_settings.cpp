#include "config/load_settings.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "domain/error_code.hpp"
#include "protocol/stun/ice_url.hpp"

namespace parley::config {

namespace {

constexpr std::string_view list_separator = "|";

/// Reads keys one by one and keeps the first error, so that the readers below need no error handling.
class Reader {
 public:
  explicit Reader(const Values& values) : values_(values) {}

  [[nodiscard]] const std::string& text(std::string_view name) const { return values_.at(name).text(); }
  [[nodiscard]] const std::vector<std::string>& list(std::string_view name) const { return values_.at(name).items; }
  std::uint32_t number(std::string_view name, std::uint32_t largest = std::numeric_limits<std::uint32_t>::max(),
                       std::uint32_t smallest = 0);
  /// The index of the value among the key's choices.
  std::size_t choice(std::string_view name);
  void refuse_value(std::string_view name, std::string_view value, std::string_view why);
  void keep(Error error) {
    if (!error_) error_ = std::move(error);
  }

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  const Values& values_;
  std::optional<Error> error_;
};

void Reader::refuse_value(std::string_view name, std::string_view value, std::string_view why) {
  keep({ErrorCode::invalid_argument,
        std::string(name) + " = \"" + std::string(value) + "\" (" + values_.at(name).source + ") " + std::string(why),
        {},
        0});
}

std::uint32_t Reader::number(std::string_view name, std::uint32_t largest, std::uint32_t smallest) {
  const auto& value = text(name);
  std::uint32_t result = 0;
  const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), result);
  if (failure != std::errc{} || end != value.data() + value.size() || result < smallest || result > largest) {
    refuse_value(name, value, "must be a whole number from " + std::to_string(smallest) + " to " + std::to_string(largest) + ".");
    return smallest;
  }
  return result;
}

std::size_t Reader::choice(std::string_view name) {
  auto choices = key_table()[*find_key(name)].choices;
  const std::string all(choices);
  for (std::size_t index = 0; !choices.empty(); ++index) {
    const auto end = choices.find(list_separator);
    if (choices.substr(0, end) == text(name)) return index;
    choices = end == std::string_view::npos ? std::string_view{} : choices.substr(end + 1);
  }
  refuse_value(name, text(name), "must be one of " + all + ".");
  return 0;
}

void read_server(Reader& reader, Settings& settings) {
  if (const auto listen = parse_listen(reader.text("listen"))) {
    settings.server.address = listen->address;
    settings.server.port = listen->port;
  } else {
    reader.refuse_value("listen", reader.text("listen"), "must be ADDR:PORT, as in 127.0.0.1:3000, 0.0.0.0:3000 or [::1]:3000.");
  }
  settings.server.event_loops = reader.number("threads", static_cast<std::uint32_t>(limits::event_loops_max));
  for (const auto& proxy : reader.list("trusted_proxy")) {
    if (auto cidr = parse_cidr(proxy)) {
      settings.server.trusted_proxies.push_back(*std::move(cidr));
    } else {
      reader.refuse_value("trusted_proxy", proxy, "must be an IP address or a range, as in 10.0.0.0/8 or fd00::/8.");
    }
  }
}

void read_store(Reader& reader, Settings& settings) {
  settings.store.directory = reader.text("data");
  if (settings.store.directory.empty()) reader.refuse_value("data", "", "must name a folder, as in ./parley-data.");
  const auto& store = reader.text("store");
  if (store.starts_with("mongodb://") || store.starts_with("mongodb+srv://")) {
    settings.mongo.uri = store;
    settings.service.identity = service::IdentitySource::directory;  // contract §1.2: users come from the database
  } else if (store != "embedded") {
    reader.refuse_value("store", without_password(store),
                        "must be `embedded`, or the URI of a MongoDB database, as in mongodb://HOST:27017/DATABASE.");
  }
  if (const auto& relay = reader.text("relay"); !relay.empty()) {
    reader.refuse_value("relay", "…", "cannot be used yet: this version runs on one node. Leave `relay` out.");
  }
}

void read_claims(Reader& reader, Settings& settings) {
  const auto read = [&](std::string_view key, std::string& name) {
    name = reader.text(key);
    if (name.size() > limits::claim_name_bytes_max)
      reader.refuse_value(key, name, "must have at most " + std::to_string(limits::claim_name_bytes_max) + " bytes.");
  };
  auto& claims = settings.jwt.claims;
  read("claim_id", claims.id);
  for (const auto& [key, name] : {std::pair("claim_role", &claims.role), {"claim_email", &claims.email}, {"claim_name", &claims.name}}) {
    read(key, *name);
    if (name->empty()) reader.refuse_value(key, "", "must name a claim. Leave the setting out for the usual one.");
  }
}

void read_origins(Reader& reader, Settings& settings) {
  const auto read = [&](std::string_view name, const std::string& text) {
    auto origin = parse_origin(text);
    if (!origin) reader.refuse_value(name, without_password(text), origin.error());
    return std::move(origin).value_or("");
  };
  const auto front_end = read("front_end", reader.text("front_end"));
  settings.http.allowed_origins.front() = front_end;
  settings.server.engineio.cors_origins = {front_end, "http://localhost:3000", "https://localhost:5173"};  // contract §6.1
  for (const auto& text : reader.list("origin")) {
    const auto origin = read("origin", text);
    settings.http.allowed_origins.push_back(origin);
    settings.server.engineio.cors_origins.push_back(origin);
  }
}

std::string flag_named(std::string_view name) {
  return flag_of(key_table()[*find_key(name)]);
}

/// The secret in the file that this setting names, if it names one.
std::optional<std::string> read_secret_of(Reader& reader, Settings& settings, std::string_view name, std::size_t bytes_min) {
  const auto& path = reader.text(name);
  if (path.empty()) return std::nullopt;
  auto content = read_secret(path, flag_named(name), bytes_min);
  if (!content) {
    reader.keep(std::move(content.error()));
    return std::nullopt;
  }
  settings.secret_files.push_back(path);
  return *std::move(content);
}

void read_secrets(Reader& reader, Settings& settings) {
  if (auto secret = read_secret_of(reader, settings, "jwt_secret_file", limits::jwt_secret_bytes_min))
    settings.jwt.secret = *std::move(secret);
  for (const std::string_view name : {"turn_secret_file", "turn_static_credential_file"}) {
    if (reader.text(name).empty()) continue;
    if (auto secret = read_secret_of(reader, settings, name, 1)) settings.service.ice.turn_secret = *std::move(secret);
    settings.turn_secret_source = {reader.text(name), flag_named(name)};
  }
}

/// Accepts only printable ASCII, which needs no preparation (RFC 8265) before keys are derived from it.
bool is_turn_username(std::string_view text) {
  return text.size() <= limits::turn_username_bytes_max && std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

/// A TURN server has either a shared secret, or one user name and its credential; never both.
void read_turn_credentials(Reader& reader, Settings& settings) {
  auto& ice = settings.service.ice;
  ice.turn_username = reader.text("turn_username");
  const auto& username = reader.text("turn_static_username");
  const auto& file = reader.text("turn_static_credential_file");
  if (username.empty() && file.empty()) return;
  if (!reader.text("turn_secret_file").empty()) {
    const std::string_view name = file.empty() ? "turn_static_username" : "turn_static_credential_file";
    return reader.refuse_value(
        name, reader.text(name),
        "cannot be used together with turn_secret_file: credentials are static or made from the shared secret. Leave one of the two out.");
  }
  if (file.empty())
    return reader.refuse_value("turn_static_username", username, "needs its credential: give --turn-static-credential-file FILE.");
  if (username.empty())
    return reader.refuse_value("turn_static_credential_file", file, "needs its user name: give --turn-static-username NAME.");
  if (!is_turn_username(username)) {
    return reader.refuse_value("turn_static_username", username,
                               "must be printable ASCII of at most " + std::to_string(limits::turn_username_bytes_max) + " bytes.");
  }
  ice.turn_credentials = api::TurnCredentials::fixed;
  ice.turn_username = username;
}

bool is_ice_url(std::string_view text, protocol::stun::IceUrl::Kind kind) {
  const auto url = protocol::stun::parse_ice_url(text);
  return url && url->kind == kind;
}

void read_ice(Reader& reader, Settings& settings) {
  using Kind = protocol::stun::IceUrl::Kind;
  auto& ice = settings.service.ice;
  if (const auto& stun = reader.list("stun_url"); !stun.empty()) ice.stun_urls = stun;
  ice.turn_urls = reader.list("turn_url");
  read_turn_credentials(reader, settings);
  for (const auto& url : ice.stun_urls) {
    if (!is_ice_url(url, Kind::stun)) reader.refuse_value("stun_url", url, "must be stun:HOST[:PORT] or stuns:HOST[:PORT].");
  }
  for (const auto& url : ice.turn_urls) {
    if (!is_ice_url(url, Kind::turn)) {
      reader.refuse_value("turn_url", url,
                          "must be turn:HOST[:PORT] or turns:HOST[:PORT], optionally followed by ?transport=udp or ?transport=tcp.");
    }
  }
  if (!ice.turn_urls.empty() && ice.turn_secret.empty()) {
    reader.refuse_value("turn_url", ice.turn_urls.front(),
                        "needs credentials: give --turn-secret-file FILE with the secret shared with that server, or "
                        "--turn-static-username NAME and --turn-static-credential-file FILE.");
  }
  if (ice.stun_urls.size() + ice.turn_urls.size() > limits::ice_servers_max) {
    reader.refuse_value("turn_url", std::to_string(ice.turn_urls.size()) + " URLs",
                        "makes more than " + std::to_string(limits::ice_servers_max) + " STUN and TURN servers together.");
  }
}

void read_messages(Reader& reader, Settings& settings) {
  const auto length_max = reader.number("message_length_max", static_cast<std::uint32_t>(limits::message_utf16_units_max), 1);
  settings.service.message_length_max = settings.http.message_length_max = length_max;
}

void read_limits(Reader& reader, Settings& settings) {
  auto& http = settings.http.limits;
  auto& service = settings.service;
  http.general = reader.number("limit_requests");
  http.chat = reader.number("limit_chat_requests");
  http.sessions = reader.number("limit_session_requests");
  http.session_creates = service.rates.creation = reader.number("limit_session_creates");
  service.rates.chat = reader.number("limit_chat_events");
  service.rates.join_session = reader.number("limit_join_events");
  service.rates.entries = reader.number("limit_entries_events");
  service.rates.end_session = reader.number("limit_end_events");
  service.connections_total_max = reader.number("limit_connections");
  service.connections_per_address_max = reader.number("limit_connections_per_address");
  service.connections_per_user_max = reader.number("limit_connections_per_user");
  constexpr std::size_t off = 1;  // the index in `on|off`
  if (reader.choice("limits") != off) return;
  http = {0, 0, 0, 0};
  service.rates = service::no_event_rates;
  service.connections_total_max = service.connections_per_address_max = service.connections_per_user_max = 0;
}

void read_upkeep(Reader& reader, Settings& settings) {
  constexpr std::uint32_t minutes_max = 60 * 24 * 365;
  auto& upkeep = settings.service.upkeep;
  upkeep.interval = std::chrono::minutes(reader.number("upkeep_interval_minutes", minutes_max));
  upkeep.unstarted_age = std::chrono::minutes(reader.number("upkeep_unstarted_minutes", minutes_max));
  upkeep.active_age = std::chrono::minutes(reader.number("upkeep_active_minutes", minutes_max));
}

void read_reopening(Reader& reader, Settings& settings) {
  constexpr std::uint32_t hours_max = 24 * 366 * 100;
  auto& reopening = settings.service.reopening;
  reopening.by = static_cast<service::ReopeningConfig::By>(reader.choice("reopen"));
  reopening.within = std::chrono::hours(reader.number("reopen_within", hours_max));
}

void read_logs(Reader& reader, Settings& settings) {
  settings.http.environment_name = reader.text("environment");
  settings.logs.format = static_cast<observability::LogFormat>(reader.choice("log_format"));
  settings.logs.level = static_cast<LogLevel>(reader.choice("log_level"));
}

std::string mending(std::string_view flag) {
  return " Make one with: (umask 077; head -c 32 /dev/urandom | base64 > secret), then give " + std::string(flag) + " secret.";
}

/// For a file that exists but is unreadable. A new secret would make all current tokens invalid, so the advice is to grant access.
std::string grant_reading(const std::string& path) {
  const auto user = user_name();
  return " Let the user " + user + " read it, and the folders above it: chown " + user + " " + path + ", or run parley as its owner.";
}

}  // namespace

Result<std::string> read_secret(const std::string& path, std::string_view flag, std::size_t bytes_min) {
  auto secret = read_small_file(path, "The secret file of " + std::string(flag));
  if (!secret) {
    const bool denied = secret.error().detail == permission_denied;
    return refuse(ErrorCode::invalid_argument, secret.error().message + (denied ? grant_reading(path) : mending(flag)));
  }
  if (secret->ends_with('\n')) secret->pop_back();
  if (secret->ends_with('\r')) secret->pop_back();
  if (secret->empty())
    return refuse(ErrorCode::invalid_argument, "The secret file of " + std::string(flag) + " " + path + " is empty." + mending(flag));
  if (secret->size() < bytes_min) {
    return refuse(ErrorCode::invalid_argument, "The secret in " + path + " (" + std::string(flag) + ") has " +
                                                   std::to_string(secret->size()) + " bytes; under " + std::to_string(bytes_min) +
                                                   " it could be guessed from one token." + mending(flag));
  }
  return *std::move(secret);
}

Result<Settings> make_settings(const Values& values) {
  Reader reader(values);
  Settings settings;
  read_server(reader, settings);
  read_store(reader, settings);
  read_claims(reader, settings);
  read_origins(reader, settings);
  read_secrets(reader, settings);
  read_ice(reader, settings);
  read_messages(reader, settings);
  read_limits(reader, settings);
  read_upkeep(reader, settings);
  read_reopening(reader, settings);
  read_logs(reader, settings);
  if (reader.error()) return std::unexpected(*reader.error());
  return settings;
}

}  // namespace parley::config
