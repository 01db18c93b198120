// Shows the ICE servers to admins and changes them (docs/api-contract.md §5.5).
#include "base/json_writer.hpp"
#include "domain/error_code.hpp"
#include "http_api/handlers/handlers.hpp"
#include "http_api/handlers/ice_health.hpp"
#include "http_api/operations/admin_operations.hpp"

namespace parley::http_api {

namespace {

std::string done_json(std::string_view message, Timestamp at) {
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().member("message", message).member("timestamp", to_iso8601(at)).end_object();
  return json;
}

/// Reads one text of a configuration. A falsy value counts as not given. Returns false if the value is not text.
bool read_text(const api::Fields& fields, std::string_view name, std::optional<std::string>& text) {
  if (!fields.falsy(name)) text = fields.string(name);
  return fields.falsy(name) || text.has_value();
}

bool read_servers(const api::Fields& fields, std::optional<std::vector<std::string>>& servers) {
  constexpr auto name = turn_servers_field.name;
  if (!fields.falsy(name)) servers = fields.strings(name);
  return fields.falsy(name) || servers.has_value();
}

}  // namespace

void ice_health(const Backend& backend, PendingRequestPtr pending) {
  std::string json;
  JsonWriter writer(json);
  write_ice_health(writer.begin_object(), backend.service.ice_servers().health());
  writer.end_object();
  pending->answer(200, std::move(json));
}

void check_ice_health(const Backend& backend, PendingRequestPtr pending) {
  auto& kept = *pending;
  backend.service.ice_servers().check(*kept.loop, [pending = std::move(pending)](Result<service::IceHealth> health) {
    if (!health) return pending->answer(health.error());
    std::string json;
    JsonWriter writer(json);
    write_ice_health(writer.begin_object().member("message", "Health check completed"), *health);
    writer.end_object();
    pending->answer(200, std::move(json));
  });
}

void rotate_turn_credentials(const Backend& backend, PendingRequestPtr pending) {
  auto& kept = *pending;
  backend.service.ice_servers().rotate(*kept.loop, [pending = std::move(pending)](Result<Timestamp> rotated) {
    if (!rotated) return pending->answer(rotated.error());
    pending->answer(200, done_json("TURN credential rotation initiated", *rotated));
  });
}

void change_turn(const Backend& backend, PendingRequestPtr pending) {
  const auto& fields = pending->fields;
  service::TurnChange change;
  if (fields.falsy(turn_servers_field.name) && fields.falsy(turn_username_field.name) && fields.falsy(turn_secret_field.name)) {
    return pending->answer({ErrorCode::invalid_argument, "At least one configuration parameter is required", {}, 0});
  }
  const bool is_readable = read_servers(fields, change.servers) && read_text(fields, turn_username_field.name, change.username) &&
                           read_text(fields, turn_secret_field.name, change.secret);
  if (!is_readable) return pending->answer({ErrorCode::invalid_argument, "Invalid configuration", {}, 0});
  if (auto changed = backend.service.ice_servers().change_turn(std::move(change)); !changed) return pending->answer(changed.error());
  pending->answer(200, done_json("TURN configuration updated successfully", backend.clock.now()));
}

}  // namespace parley::http_api
