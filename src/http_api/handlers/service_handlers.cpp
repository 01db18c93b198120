#include "base/json_writer.hpp"
#include "http_api/handlers/handlers.hpp"

namespace parley::http_api {

void health(const Backend& backend, PendingRequestPtr pending) {
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().key("ok").boolean(true).member("env", backend.config.environment_name).end_object();
  pending->answer(200, std::move(json));
}

namespace {

void write_list(JsonWriter& writer, std::string_view name, const std::vector<std::string>& lines) {
  writer.key(name).begin_array();
  for (const auto& line : lines) writer.string(line);
  writer.end_array();
}

}  // namespace

void ready(const Backend& backend, PendingRequestPtr pending) {
  const auto reasons = backend.reasons_not_ready();
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().key("ready").boolean(reasons.empty());
  write_list(writer, "reasons", reasons);
  if (const auto notices = backend.notices(); !notices.empty()) write_list(writer, "notices", notices);
  writer.end_object();
  pending->answer(reasons.empty() ? 200 : 503, std::move(json));
}

void metrics(const Backend& backend, PendingRequestPtr pending) {
  pending->answer_text(backend.metrics_text(backend.figures()));
}

void openapi(const Backend& backend, PendingRequestPtr pending) {
  pending->answer_document(backend.openapi);
}

void asyncapi(const Backend& backend, PendingRequestPtr pending) {
  pending->answer_document(backend.asyncapi);
}

}  // namespace parley::http_api
