#include "http_api/documents/openapi_document.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/json_writer.hpp"
#include "domain/error_code.hpp"
#include "http_api/documents/document_settings.hpp"
#include "http_api/documents/refusals_of_route.hpp"

namespace parley::http_api {

namespace {

constexpr std::string_view about_all =
    "Sessions of a call, their chat and their signalling record. The live part is Socket.IO, which `/asyncapi.json` describes; "
    "`/docs` shows both.\n\n"
    "Paths ignore the case of letters and one slash at the end. `HEAD` is `GET` without a body. `OPTIONS` is answered with 204, an unknown "
    "path or method with 404 and an HTML page. Every answer with a body has an `ETag`; `If-None-Match` gives 304. Bodies are JSON or forms "
    "(`application/x-www-form-urlencoded`) of at most 10 MiB, and may be compressed with gzip, deflate or br. A missing body counts as "
    "`{}`.\n\n"
    "The checks, in the order that a client can observe: origin, body, limiters, token, then those of the operation.";

std::string path_of(std::string_view pattern) {
  std::string path;
  while (!pattern.empty()) {
    const auto end = std::min(pattern.find('/', 1), pattern.size());
    const auto segment = pattern.substr(1, end - 1);
    path += '/';
    path += segment.starts_with(':') ? "{" + std::string(segment.substr(1)) + "}" : std::string(segment);
    pattern.remove_prefix(end);
  }
  return path;
}

constexpr std::string_view name_of_status(unsigned status) {
  switch (status) {
    case 400:
      return "The request is not as it should be.";
    case 401:
      return "No token, or none that is good.";
    case 403:
      return "The caller may not, or the origin.";
    case 404:
      return "It does not exist, or no longer.";
    case 409:
      return "It collides with what there is.";
    case 413:
      return "The body is larger than 10 MiB.";
    case 415:
      return "The body's charset or content coding is not known.";
    case 429:
      return "Over a limit; `Retry-After` seconds help.";
    case 500:
      return "A fault of the server or of its data.";
    case 503:
      return "Overloaded, or the store takes nothing.";
    case 504:
      return "Nobody knows whether it was stored: send it again under the same key.";
    case 507:
      return "The store is full.";
    default:
      return "Refused.";
  }
}

/// Writes one document, with its parts in the order of the OpenAPI specification.
class Document {
 public:
  explicit Document(std::string& json) : writer_(json), schemas_(writer_) {}

  void write(std::span<const Route> routes, std::string_view version);

 private:
  void write_info(std::string_view version);
  void write_path(std::span<const Route> routes, std::string_view pattern);
  void write_operation(const Route& route);
  void write_parameters(const Route& route);
  void write_parameter(const api::Member& parameter, std::string_view place);
  void write_query_parameter(const QueryParameter& parameter);
  void write_number_schema(const QueryParameter& parameter);
  void write_body(const Operation& operation);
  void write_answers(const Route& route);
  void write_answer(const AnswerDocument& answer);
  void write_refusals(const StatusRefusals& refusals);
  void write_headers(unsigned status, Scope scope);
  void write_components();

  JsonWriter writer_;
  api::SchemaWriter schemas_;
};

void Document::write(std::span<const Route> routes, std::string_view version) {
  writer_.begin_object().member("openapi", "3.1.0");
  write_info(version);
  writer_.key("paths").begin_object();
  std::set<std::string_view> written;
  for (const auto& route : routes) {
    if (written.insert(route.pattern).second) write_path(routes, route.pattern);
  }
  writer_.end_object();
  write_components();
  writer_.end_object();
}

void Document::write_info(std::string_view version) {
  writer_.key("info").begin_object().member("title", "Parley").member("summary", "A chat server for WebRTC calls");
  writer_.member("description", about_all).member("version", version);
  writer_.key("license").begin_object().member("name", "Apache-2.0").member("identifier", "Apache-2.0").end_object().end_object();
  writer_.key("servers").begin_array().begin_object().member("url", "/").end_object().end_array();
}

void Document::write_path(std::span<const Route> routes, std::string_view pattern) {
  writer_.key(path_of(pattern)).begin_object();
  for (const auto& route : routes) {
    if (route.pattern == pattern) write_operation(route);
  }
  writer_.end_object();
}

void Document::write_operation(const Route& route) {
  const auto& operation = route.operation;
  std::string method(route.method);
  std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(c | 0x20); });
  writer_.key(method).begin_object().member("operationId", operation.id).member("summary", operation.summary);
  if (!operation.about.empty()) writer_.member("description", operation.about);
  writer_.key("tags").begin_array().string(operation.area).end_array();
  writer_.key("security").begin_array();
  if (needs_token(route.scope)) {
    for (const auto scheme : {"bearer", "cookie"}) writer_.begin_object().key(scheme).begin_array().end_array().end_object();
  }
  writer_.end_array();
  write_parameters(route);
  if (!operation.body.empty()) write_body(operation);
  write_answers(route);
  writer_.end_object();
}

void Document::write_parameters(const Route& route) {
  writer_.key("parameters").begin_array();
  for (const auto name : parameter_names(route.pattern)) {
    if (!name.empty()) write_parameter(path_parameter(name), "path");
  }
  for (const auto* parameter : route.operation.query) write_query_parameter(*parameter);
  for (const auto& header : route.operation.headers) write_parameter(header, "header");
  writer_.end_array();
}

void Document::write_parameter(const api::Member& parameter, std::string_view place) {
  writer_.begin_object().member("name", parameter.name).member("in", place).member("description", parameter.about);
  writer_.key("required").boolean(parameter.presence == api::Presence::required).key("schema");
  schemas_.write(*parameter.schema);
  writer_.key("example");
  api::write_example(writer_, *parameter.schema);
  writer_.end_object();
}

void Document::write_query_parameter(const QueryParameter& parameter) {
  if (parameter.schema != nullptr) {
    return write_parameter({parameter.name, parameter.schema, parameter.about, api::Presence::optional}, "query");
  }
  writer_.begin_object().member("name", parameter.name).member("in", "query").member("description", parameter.about);
  writer_.key("required").boolean(false).key("schema");
  write_number_schema(parameter);
  writer_.key("example").integer(static_cast<std::int64_t>(parameter.when_absent)).end_object();
}

void Document::write_number_schema(const QueryParameter& parameter) {
  const auto bounds = [&] {
    writer_.member("type", "integer").key("minimum").integer(1);
    writer_.key("maximum").raw(parameter.largest_of_settings.empty() ? std::to_string(parameter.largest) : parameter.largest_of_settings);
  };
  writer_.begin_object().key("default").integer(static_cast<std::int64_t>(parameter.when_absent));
  if (parameter.foreign == Foreign::refused) {
    bounds();
  } else {
    writer_.key("anyOf").begin_array().begin_object();
    bounds();
    writer_.end_object().begin_object();
    writer_.member("description",
                   "A leading integer counts (`2abc` is 2). Without one, or below 1, the default applies; above the maximum, the maximum.");
    writer_.end_object().end_array();
  }
  writer_.end_object();
}

void Document::write_body(const Operation& operation) {
  const auto is_required = [](const api::Member& member) { return member.presence == api::Presence::required; };
  const bool has_required = std::ranges::any_of(operation.body, is_required) || !operation.body_keywords.empty();
  writer_.key("requestBody").begin_object().key("required").boolean(has_required);
  writer_.key("content").begin_object();
  // An array counts as a body without fields, so it is accepted if no field is required.
  const std::string_view json_type = has_required ? R"("type":"object")" : R"("type":["object","array"])";
  for (const auto notation : {api::Notation::json, api::Notation::form}) {
    const bool is_json = notation == api::Notation::json;
    if (!is_json && !operation.body_keywords.empty()) continue;
    writer_.key(is_json ? "application/json" : "application/x-www-form-urlencoded").begin_object().key("schema").begin_object();
    schemas_.write_members(operation.body, is_json ? json_type : R"("type":"object")", notation);
    if (!operation.body_keywords.empty()) writer_.raw(operation.body_keywords);
    writer_.end_object().key("example");
    api::write_example(writer_, operation.body);
    writer_.end_object();
  }
  writer_.end_object().end_object();
}

void Document::write_answers(const Route& route) {
  writer_.key("responses").begin_object();
  const auto refusals = refusals_of(route);
  for (const auto& answer : route.operation.answers) {
    writer_.key(std::to_string(answer.status)).begin_object().member("description", answer.about);
    write_headers(answer.status, route.scope);
    write_answer(answer);
    writer_.end_object();
  }
  if (route.method == "GET") {
    writer_.key("304").begin_object().member("description", "The answer still has the `ETag` that `If-None-Match` names.").end_object();
  }
  for (const auto& [status, texts] : refusals) {
    if (std::ranges::find(route.operation.answers, status, &AnswerDocument::status) != route.operation.answers.end()) continue;
    writer_.key(std::to_string(status)).begin_object().member("description", name_of_status(status));
    write_headers(status, route.scope);
    write_refusals(texts);
    writer_.end_object();
  }
  writer_.end_object();
}

void Document::write_answer(const AnswerDocument& answer) {
  writer_.key("content").begin_object().key(answer.media_type).begin_object().key("schema").begin_object();
  if (answer.body.empty())
    writer_.member("type", "string").end_object();
  else {
    schemas_.write_members(answer.body);
    writer_.end_object().key("example");
    api::write_example(writer_, answer.body);
  }
  writer_.end_object().end_object();
}

void Document::write_refusals(const StatusRefusals& refusals) {
  writer_.key("content").begin_object().key("application/json").begin_object().key("schema");
  write_refusal_schema(schemas_, writer_, refusals);
  writer_.key("examples").begin_object();
  write_refusal_examples(writer_, refusals);
  writer_.end_object().end_object().end_object();
}

void Document::write_headers(unsigned status, Scope scope) {
  writer_.key("headers").begin_object();
  const auto refer = [&](std::string_view name) {
    writer_.key(name).begin_object().member("$ref", "#/components/headers/" + std::string(name)).end_object();
  };
  refer("ETag");
  // The steps for origin and body run before the limiters count.
  const bool is_counted = scope != Scope::exempt && status != 413 && status != 415;
  if (is_counted) {
    for (const auto name : {"RateLimit-Policy", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"}) refer(name);
  }
  if (status == 429 || status == 503) refer("Retry-After");
  writer_.end_object();
}

void Document::write_components() {
  writer_.key("components").begin_object();
  writer_.key("securitySchemes").begin_object();
  writer_.key("bearer").begin_object().member("type", "http").member("scheme", "bearer").member("bearerFormat", "JWT");
  writer_.member("description", "HS256. The header overrides the cookie.").end_object();
  writer_.key("cookie").begin_object().member("type", "apiKey").member("in", "cookie").member("name", "token").end_object();
  writer_.end_object().key("headers").begin_object();
  const auto header = [&](std::string_view name, std::string_view about, std::string_view type, std::string_view example) {
    writer_.key(name).begin_object().member("description", about).key("schema").begin_object().member("type", type).end_object();
    writer_.key("example").raw(example).end_object();
  };
  header("ETag", "A weak tag of the body.", "string", R"("W/\"1b-pGbEAJPs9yZKiZBtsRLLXWmvMLA\"")");
  header("RateLimit-Policy", "Requests per window, and the window in seconds, of the innermost limiter. Absent if that limiter is off.",
         "string", R"("80;w=60")");
  header("RateLimit-Limit", "Requests per window.", "integer", "80");
  header("RateLimit-Remaining", "Requests left in this window.", "integer", "79");
  header("RateLimit-Reset", "Seconds until the window ends.", "integer", "60");
  header("Retry-After", "Seconds after which a retry may succeed.", "integer", "60");
  writer_.end_object().key("schemas");
  schemas_.write_named();
  writer_.end_object();
}

}  // namespace

std::string openapi_document(std::span<const Route> routes, const HttpApiConfig& config) {
  std::string json;
  Document(json).write(routes, config.version);
  return with_settings(std::move(json), config);
}

}  // namespace parley::http_api
