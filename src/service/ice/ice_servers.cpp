#include "service/ice/ice_servers.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "protocol/stun/ice_url.hpp"
#include "service/shared/read_then.hpp"
#include "service/shared/refusals.hpp"

namespace parley::service {

namespace {

bool is_turn_url(const std::string& text) {
  const auto url = protocol::stun::parse_ice_url(text);
  return url && url->kind == protocol::stun::IceUrl::Kind::turn;
}

/// Printable ASCII needs no preparation (RFC 8265) before keys are derived from it.
bool is_plain_text(const std::string& text, std::size_t bytes_max) {
  return !text.empty() && text.size() <= bytes_max && std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

bool makes_sense(const TurnChange& change) {
  if (change.servers) {
    if (change.servers->size() > limits::ice_servers_max || !std::ranges::all_of(*change.servers, is_turn_url)) return false;
  }
  if (change.username && !is_plain_text(*change.username, limits::turn_username_bytes_max)) return false;
  return !change.secret || is_plain_text(*change.secret, limits::turn_secret_bytes_max);
}

api::IceSettings settings_of(const IceConfig& config) {
  return {config.stun_urls, config.turn_urls, config.turn_secret, config.turn_username, config.turn_credentials};
}

}  // namespace

std::size_t IceHealth::healthy_servers() const {
  return static_cast<std::size_t>(std::ranges::count_if(servers, [](const IceServerHealth& server) { return server.report.healthy; }));
}

IceServers::IceServers(IceConfig config, Dependencies deps)
    : deps_(std::move(deps)),
      config_(std::make_shared<const IceConfig>(std::move(config))),
      last_check_(deps_.clock.now()),
      last_rotation_(last_check_) {}

std::shared_ptr<const IceConfig> IceServers::config() const {
  const std::lock_guard lock(mutex_);
  return config_;
}

std::vector<api::IceServer> IceServers::issue() const {
  return api::ice_servers(settings_of(*config()), deps_.clock.now());
}

// Every configured STUN server (clients receive only three), and the TURN servers as clients receive them.
std::vector<api::IceServer> IceServers::to_check(const IceConfig& config) const {
  std::vector<api::IceServer> servers;
  for (const std::string& url : config.stun_urls) servers.push_back({url, {}, {}});
  const std::vector<std::string> no_stun;
  const api::IceSettings turn_alone{no_stun, config.turn_urls, config.turn_secret, config.turn_username, config.turn_credentials};
  for (api::IceServer& server : api::ice_servers(turn_alone, deps_.clock.now())) servers.push_back(std::move(server));
  std::vector<api::IceServer> different;  // a server that is configured twice is asked once
  for (api::IceServer& server : servers) {
    if (different.size() == limits::ice_servers_max) break;
    if (std::ranges::find(different, server.url, &api::IceServer::url) == different.end()) different.push_back(std::move(server));
  }
  return different;
}

IceHealth IceServers::health() const {
  const std::lock_guard lock(mutex_);
  const auto servers = to_check(*config_);
  IceHealth health;
  health.total_servers = servers.size();
  health.last_check = last_check_;
  health.last_rotation = last_rotation_;
  health.next_rotation = last_rotation_ + limits::turn_rotation_interval;
  std::ranges::copy_if(checked_, std::back_inserter(health.servers), [&servers](const IceServerHealth& checked) {
    return std::ranges::find(servers, checked.url, &api::IceServer::url) != servers.end();
  });
  return health;
}

void IceServers::check(EventLoop& from, CheckDone done) {
  std::unique_lock lock(mutex_);
  if (waiting_.size() >= limits::ice_checks_waiting_max) {
    lock.unlock();
    return done(std::unexpected(overloaded()));
  }
  waiting_.push_back({&from, std::move(done)});
  if (waiting_.size() > 1) return;
  auto asked = to_check(*config_);
  lock.unlock();
  std::vector<ice::Server> servers;
  for (const api::IceServer& server : asked) servers.push_back({server.url, server.username, server.credential});
  deps_.checker.check(from, std::move(servers),
                      [this, asked = std::move(asked)](std::vector<ice::Report> reports) { take_reports(asked, std::move(reports)); });
}

void IceServers::take_reports(const std::vector<api::IceServer>& asked, std::vector<ice::Report> reports) {
  std::vector<Waiting> answered;
  {
    const std::lock_guard lock(mutex_);
    last_check_ = deps_.clock.now();
    checked_.clear();
    for (std::size_t index = 0; index < asked.size(); ++index) {
      using Kind = IceServerHealth::Kind;
      checked_.push_back(
          {asked[index].url, is_turn_url(asked[index].url) ? Kind::turn : Kind::stun, std::move(reports[index]), last_check_});
    }
    answered.swap(waiting_);
  }
  const IceHealth now = health();
  for (Waiting& each : answered) each.loop->post([done = std::move(each.done), now]() mutable { done(now); });
}

Result<void> IceServers::change_turn(TurnChange change) {
  if (!makes_sense(change)) return refuse(ErrorCode::invalid_argument, "Invalid configuration");
  const std::lock_guard lock(mutex_);
  auto changed = std::make_shared<IceConfig>(*config_);
  if (change.servers) changed->turn_urls = *std::move(change.servers);
  if (change.username) changed->turn_username = *std::move(change.username);
  if (change.secret) {
    changed->turn_secret = *std::move(change.secret);
    secret_from_ = SecretFrom::admin;
  }
  config_ = std::move(changed);
  deps_.logs.write(LogLevel::info, "service", "the TURN configuration was changed by an admin");
  return {};
}

void IceServers::rotate(EventLoop& from, RotationDone done) {
  {
    const std::lock_guard lock(mutex_);
    if (!deps_.read_secret || secret_from_ == SecretFrom::admin) {
      last_rotation_ = deps_.clock.now();
      from.post([done = std::move(done), at = last_rotation_]() mutable { done(at); });
      return;
    }
  }
  using Secret = Result<std::string>;
  read_then<Secret>(
      deps_.log, from, [this](store::LogReader&) { return deps_.read_secret(); },
      [this, done = std::move(done)](Result<Secret> read) mutable {
        done(read ? take_secret(*std::move(read)) : std::unexpected(std::move(read.error())));
      });
}

Result<Timestamp> IceServers::take_secret(Result<std::string> secret) {
  if (!secret) {
    deps_.logs.write(LogLevel::error, "service", "the TURN secret was not rotated", {{"error", secret.error().message}});
    return refuse(ErrorCode::internal, "The TURN secret cannot be read");
  }
  const std::lock_guard lock(mutex_);
  last_rotation_ = deps_.clock.now();
  if (secret_from_ == SecretFrom::admin) return last_rotation_;  // an admin set a secret while this one was being read
  auto changed = std::make_shared<IceConfig>(*config_);
  changed->turn_secret = *std::move(secret);
  config_ = std::move(changed);
  return last_rotation_;
}

void IceServers::start_rotation(EventLoop& loop) {
  loop.post(alive_.guard([this, &loop] { arm_rotation(loop); }));
}

// A rotation that an admin requests delays the next one, so the timer checks again when it fires.
void IceServers::arm_rotation(EventLoop& loop) {
  const auto left = std::max(health().next_rotation - deps_.clock.now(), std::chrono::milliseconds(0));
  loop.call_after(left, alive_.guard([this, &loop] {
    if (health().next_rotation > deps_.clock.now()) return arm_rotation(loop);
    rotate(loop, [this, &loop](Result<Timestamp> rotated) {
      if (rotated) return arm_rotation(loop);
      loop.call_after(limits::upkeep_retry_after, alive_.guard([this, &loop] { arm_rotation(loop); }));
    });
  }));
}

}  // namespace parley::service
