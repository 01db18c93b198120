#include "http_api/handlers/ice_health.hpp"

#include <chrono>

#include "base/clock.hpp"

namespace parley::http_api {

namespace {

/// In milliseconds, rounded to a microsecond: more digits are noise.
double milliseconds_of(std::chrono::nanoseconds time) {
  return static_cast<double>(std::chrono::round<std::chrono::microseconds>(time).count()) / 1000;
}

void write_server(JsonWriter& writer, const service::IceServerHealth& server) {
  const auto& report = server.report;
  writer.begin_object().member("type", server.kind == service::IceServerHealth::Kind::turn ? "TURN" : "STUN");
  writer.key("healthy").boolean(report.healthy).member("lastCheck", to_iso8601(server.checked_at));
  writer.key("responseTime");
  if (report.response_time)
    writer.number(milliseconds_of(*report.response_time));
  else
    writer.null();
  writer.key("error");
  if (report.error.empty())
    writer.null();
  else
    writer.string(report.error);
  writer.end_object();
}

}  // namespace

void write_ice_health(JsonWriter& writer, const service::IceHealth& health) {
  writer.key("summary").begin_object();
  writer.key("totalServers").integer(static_cast<std::int64_t>(health.total_servers));
  writer.key("healthyServers").integer(static_cast<std::int64_t>(health.healthy_servers()));
  writer.member("lastCheck", to_iso8601(health.last_check)).key("credentialRotation").begin_object();
  writer.member("lastRotation", to_iso8601(health.last_rotation)).member("nextRotation", to_iso8601(health.next_rotation));
  writer.end_object().end_object();
  writer.key("servers").begin_object();
  for (const auto& server : health.servers) write_server(writer.key(server.url), server);  // a parsed URL needs no escaping
  writer.end_object();
}

}  // namespace parley::http_api
