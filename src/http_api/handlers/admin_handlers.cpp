// Operations for admins (docs/api-contract.md §5.5). An earlier step has already checked that the caller is an admin.
#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>

#include "base/json_writer.hpp"
#include "domain/error_code.hpp"
#include "http_api/handlers/handlers.hpp"
#include "http_api/handlers/ice_health.hpp"
#include "http_api/operations/admin_operations.hpp"

namespace parley::http_api {

namespace {

/// The whole text as a decimal number, in the notation of JSON.
std::optional<double> number_in(std::string_view text) {
  double value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// `hoursOld`: absent is 24, numeric text is a number. Nothing for null, other types, and numbers that are negative or not finite.
std::optional<double> hours_old(const api::Fields& fields) {
  using Kind = api::Fields::Kind;
  std::optional<double> hours;
  switch (fields.kind(hours_old_field.name)) {
    case Kind::absent:
      return hours_old_when_absent;
    case Kind::number:
      hours = fields.number(hours_old_field.name);
      break;
    case Kind::string:
      hours = number_in(*fields.string(hours_old_field.name));
      break;
    default:
      break;
  }
  return hours && std::isfinite(*hours) && *hours >= 0 ? hours : std::nullopt;
}

/// `hours` before `now`, but never before 1970, so that no number of hours is too large.
Timestamp hours_before(Timestamp now, double hours) {
  constexpr double milliseconds_an_hour = 3'600'000;
  const double since_epoch = static_cast<double>(now.time_since_epoch().count());
  const double age = std::min(hours * milliseconds_an_hour, since_epoch);
  return Timestamp{std::chrono::milliseconds{static_cast<std::int64_t>(since_epoch - age)}};
}

void write_connections(JsonWriter& writer, const Figures& figures, const std::vector<Timestamp>& last_minute) {
  const auto& counts = figures.service;
  const auto count = [&writer](std::string_view name, std::uint64_t value) { writer.key(name).integer(static_cast<std::int64_t>(value)); };
  count("totalConnections", counts.connections_total);
  count("activeConnections", counts.connections);
  count("peakConnections", counts.connections_peak);
  count("connectionsPerMinute", counts.connections_last_minute);
  writer.key("lastMinuteConnections").begin_array();
  for (const Timestamp time : last_minute) writer.integer(time.time_since_epoch().count());
  writer.end_array();
  count("rejectedConnections", counts.connections_refused);
  count("rateLimitedRequests", figures.rate_limited());
  count("activeSessions", counts.sessions_joined);
  count("rateLimiterEntries", figures.rate_windows());
}

void write_limits(JsonWriter& writer, const service::ServiceConfig& config) {
  const auto count = [&writer](std::string_view name, std::size_t value) { writer.key(name).integer(static_cast<std::int64_t>(value)); };
  writer.key("connectionLimits").begin_object();
  count("maxConnectionsPerUser", config.connections_per_user_max);
  count("maxConnectionsPerIP", config.connections_per_address_max);
  count("maxTotalConnections", config.connections_total_max);
  writer.end_object();
}

/// The heap figures of the contract belong to another runtime. This server has no such heap, so they are 0.
void write_memory(JsonWriter& writer, std::uint64_t resident_bytes) {
  writer.key("memoryUsage").begin_object().key("rss").integer(static_cast<std::int64_t>(resident_bytes));
  for (const auto* name : {"heapTotal", "heapUsed", "external", "arrayBuffers"}) writer.key(name).integer(0);
  writer.end_object();
}

}  // namespace

void monitoring_metrics(const Backend& backend, PendingRequestPtr pending) {
  const Figures figures = backend.figures();
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().member("timestamp", to_iso8601(backend.clock.now()));
  write_connections(writer, figures, backend.service.recent_connections());
  write_limits(writer, backend.service.config());
  write_ice_health(writer.key("iceServerHealth").begin_object(), backend.service.ice_servers().health());
  writer.end_object();
  write_memory(writer, figures.resident_bytes);
  writer.key("uptime").number(std::chrono::duration<double>(std::chrono::floor<std::chrono::milliseconds>(figures.uptime)).count());
  writer.end_object();
  pending->answer(200, std::move(json));
}

void clean_up(const Backend& backend, PendingRequestPtr pending) {
  auto& kept = *pending;
  const auto hours = hours_old(kept.fields);
  if (!hours) return pending->answer({ErrorCode::invalid_argument, "Invalid hoursOld", {}, 0});
  backend.service.clean_up(*kept.loop, std::move(kept.caller), hours_before(backend.clock.now(), *hours),
                           [pending = std::move(pending)](Result<service::SweepResult> swept) {
                             if (!swept) return pending->answer(swept.error());
                             std::string json;
                             JsonWriter writer(json);
                             writer.begin_object().member("message", "Cleanup completed").key("sessionsUpdated");
                             writer.integer(static_cast<std::int64_t>(swept->ended)).end_object();
                             pending->answer(200, std::move(json));
                           });
}

}  // namespace parley::http_api
