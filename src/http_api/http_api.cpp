#include "http_api/http_api.hpp"

#include <algorithm>
#include <atomic>
#include <exception>

#include "api/answer.hpp"
#include "base/json_writer.hpp"
#include "base/refused_origins.hpp"
#include "domain/authorization.hpp"
#include "domain/error_code.hpp"
#include "http_api/documents/asyncapi_document.hpp"
#include "http_api/documents/openapi_document.hpp"
#include "http_api/request/body_reader.hpp"
#include "http_api/request/credentials.hpp"
#include "http_api/request/header_text.hpp"
#include "http_api/request/pending_request.hpp"
#include "http_api/request/percent.hpp"
#include "http_api/request/refusal_texts.hpp"
#include "http_api/request/request_body.hpp"
#include "http_api/request/window_limiter.hpp"
#include "http_api/routing/route_table.hpp"

namespace parley::http_api {

using protocol::http::Request;
using protocol::http::Respond;
using protocol::http::Response;

namespace {

struct ServedAsset {
  Asset asset;
  ConstantBody body;
};

}  // namespace

// Each step either answers the pending and returns false, or returns true and does not answer. Authentication may have to wait for the
// user store, so that step calls the next steps itself.
struct HttpApi::Impl {
  Impl(HttpApiDependencies dependencies, HttpApiConfig given_config);

  void process(const PendingRequestPtr& pending);
  /// Runs the steps after authentication. `match` refers to the pending's request.
  void carry_out(const PendingRequestPtr& pending, const RouteMatch& match);
  template <typename Steps>
  void guarded(PendingRequest& pending, Steps steps);
  bool cross_origin_step(PendingRequest& pending);
  bool is_allowed(const std::string& origin, const Request& request) const;
  const ServedAsset* find_asset(const Request& request) const;
  bool asset_step(PendingRequest& pending) const;
  /// Calls the next steps itself, at once or when the body has been read.
  void body_step(const PendingRequestPtr& pending, const RouteMatch& match, Scope scope);
  void body_was_read(const PendingRequestPtr& pending, const RouteMatch& match, Scope scope,
                     std::expected<api::Fields, BodyRefusal> fields);
  [[nodiscard]] WindowLimiter* limiter_of(Scope scope);
  /// True if the limiters will refuse this request, so that its body need not be read.
  [[nodiscard]] bool is_over_limit(PendingRequest& pending, Scope scope);
  bool reading_step(PendingRequest& pending);
  bool limiter_step(PendingRequest& pending, Scope scope);
  bool count(PendingRequest& pending, WindowLimiter& limiter, std::string_view refusal);
  void authentication_step(const PendingRequestPtr& pending, const RouteMatch& match);
  void authenticated(const PendingRequestPtr& pending, const RouteMatch& match, service::Identified identified);
  bool administration_step(PendingRequest& pending, const Route& route) const;
  bool parameter_step(PendingRequest& pending, const RouteMatch& match) const;
  Figures figures();

  HttpApiConfig config;
  LogSink& logs;
  RefusedOrigins refused_origins;
  Backend backend;
  std::vector<ServedAsset> assets;
  WindowLimiter general;
  WindowLimiter chat;
  WindowLimiter sessions;
  WindowLimiter session_creates;
  WindowLimiter reading;  // counts milliseconds spent on reading bodies
  BodyReader body_reader;
  std::function<std::uint64_t()> resident_bytes;
  SteadyTime started_at;
  std::atomic<std::uint64_t> rate_limited = 0;
};

HttpApi::Impl::Impl(HttpApiDependencies dependencies, HttpApiConfig given_config)
    : config(std::move(given_config)),
      logs(dependencies.logs),
      refused_origins(dependencies.logs, dependencies.clock, "http_api"),
      backend{dependencies.service,
              dependencies.clock,
              config,
              [this] { return figures(); },
              std::move(dependencies.metrics_text),
              std::move(dependencies.reasons_not_ready),
              std::move(dependencies.notices),
              ConstantBody(openapi_document(route_table(), config)),
              ConstantBody(asyncapi_document(config))},
      general(config.limits.general, limits::rate_window),
      chat(config.limits.chat, limits::rate_window),
      sessions(config.limits.sessions, limits::rate_window),
      session_creates(config.limits.session_creates, limits::session_create_window),
      reading(limits::body_reading_ms_per_window, limits::rate_window),
      body_reader(dependencies.clock),
      resident_bytes(std::move(dependencies.resident_bytes)),
      started_at(dependencies.clock.steady_now()) {
  for (const auto& asset : config.assets) assets.push_back({asset, ConstantBody(std::string(asset.body))});
}

Figures HttpApi::Impl::figures() {
  return {.service = backend.service.counts(),
          .requests_rate_limited = rate_limited.load(std::memory_order_relaxed),
          .request_windows = general.size() + chat.size() + sessions.size() + session_creates.size(),
          .resident_bytes = resident_bytes(),
          .uptime = backend.clock.steady_now() - started_at};
}

void HttpApi::Impl::process(const PendingRequestPtr& pending) {
  auto& request = pending->request;
  if (pending->is_get_or_head() && request.path() == "/") return pending->answer_live_page();
  if (!cross_origin_step(*pending)) return;
  if (request.method == "OPTIONS") return pending->answer_preflight();
  if (!asset_step(*pending)) return;
  const auto match = match_route(request.method, request.path());
  const auto scope = match.route != nullptr ? match.route->scope : scope_of(request.path());
  body_step(pending, match, scope);
}

void HttpApi::Impl::carry_out(const PendingRequestPtr& pending, const RouteMatch& match) {
  if (match.route == nullptr) return pending->answer_not_found();
  if (!parameter_step(*pending, match)) return;
  if (!administration_step(*pending, *match.route)) return;
  match.route->handler(backend, pending);
}

bool HttpApi::Impl::cross_origin_step(PendingRequest& pending) {
  const auto* origin = pending.request.find("origin");
  if (origin != nullptr && !is_allowed(*origin, pending.request)) {
    refused_origins.note(*origin, pending.request.path());
    pending.answer_framework_error(403, origin_refused_text);
    return false;
  }
  pending.cross_origin = CrossOrigin::allowed;
  return true;
}

bool HttpApi::Impl::is_allowed(const std::string& origin, const Request& request) const {
  if (std::ranges::find(config.allowed_origins, origin) != config.allowed_origins.end()) return true;
  // Browsers send the page's own origin when they load its modules.
  const bool may_be_own = config.own_origin == HttpApiConfig::OwnOrigin::allowed || find_asset(request) != nullptr;
  return may_be_own && request.is_own_origin(origin);
}

const ServedAsset* HttpApi::Impl::find_asset(const Request& request) const {
  const auto found = std::ranges::find(assets, request.path(), [](const ServedAsset& each) { return each.asset.path; });
  return found == assets.end() ? nullptr : &*found;
}

bool HttpApi::Impl::asset_step(PendingRequest& pending) const {
  if (!pending.is_get_or_head()) return true;
  const auto* found = find_asset(pending.request);
  if (found == nullptr) return true;
  pending.answer_asset(found->asset.content_type, found->body);
  return false;
}

void HttpApi::Impl::body_step(const PendingRequestPtr& pending, const RouteMatch& match, Scope scope) {
  // The contract allows a 429 before the body is read if the client is over its limit.
  if (is_over_limit(*pending, scope)) {
    limiter_step(*pending, scope);
    return;
  }
  if (!takes_long_to_read(pending->request)) return body_was_read(pending, match, scope, read_fields(pending->request));
  if (!reading_step(*pending)) return;
  const bool is_taken = body_reader.read(pending->request, *pending->loop, [this, pending, match, scope](BodyReader::Outcome outcome) {
    reading.count(pending->client_key(), backend.clock.steady_now(), static_cast<std::uint32_t>(outcome.took.count()));
    guarded(*pending, [&] {
      if (outcome.failure) std::rethrow_exception(outcome.failure);
      body_was_read(pending, match, scope, std::move(outcome.fields));
    });
  });
  if (!is_taken) pending->answer({ErrorCode::overloaded, "The server is overloaded", {}, limits::body_retry_after.count()});
}

void HttpApi::Impl::body_was_read(const PendingRequestPtr& pending, const RouteMatch& match, Scope scope,
                                  std::expected<api::Fields, BodyRefusal> fields) {
  if (!fields) return pending->answer_framework_error(fields.error().status, fields.error().message);
  pending->fields = *std::move(fields);
  if (!limiter_step(*pending, scope)) return;
  if (needs_token(scope)) return authentication_step(pending, match);
  carry_out(pending, match);
}

WindowLimiter* HttpApi::Impl::limiter_of(Scope scope) {
  switch (scope) {
    case Scope::chat:
      return &chat;
    case Scope::sessions:
    case Scope::administration:
      return &sessions;
    case Scope::session_creation:
      return &session_creates;
    case Scope::open:
    case Scope::account:
    case Scope::exempt:
      break;
  }
  return nullptr;
}

bool HttpApi::Impl::is_over_limit(PendingRequest& pending, Scope scope) {
  if (scope == Scope::exempt || !pending.request.has_body) return false;
  WindowLimiter* const inner = limiter_of(scope);
  if (general.off() && (inner == nullptr || inner->off())) return false;
  const std::string& key = pending.client_key();
  const SteadyTime now = backend.clock.steady_now();
  return general.is_used_up(key, now) || (inner != nullptr && inner->is_used_up(key, now));
}

// A refused body is not counted as a request, but it costs as much. So the time for reading bodies is limited too.
bool HttpApi::Impl::reading_step(PendingRequest& pending) {
  const std::string& key = pending.client_key();
  const SteadyTime now = backend.clock.steady_now();
  if (!reading.is_used_up(key, now)) return true;
  rate_limited.fetch_add(1, std::memory_order_relaxed);
  pending.answer({ErrorCode::rate_limited, std::string(too_many_requests_text), {}, reading.count(key, now, 0).reset_seconds * 1000});
  return false;
}

bool HttpApi::Impl::limiter_step(PendingRequest& pending, Scope scope) {
  if (scope == Scope::exempt) return true;
  if (!count(pending, general, too_many_requests_text)) return false;
  WindowLimiter* const inner = limiter_of(scope);
  if (inner == nullptr) return true;
  return count(pending, *inner, scope == Scope::session_creation ? too_many_creations_text : too_many_signals_text);
}

bool HttpApi::Impl::count(PendingRequest& pending, WindowLimiter& limiter, std::string_view refusal) {
  if (limiter.off()) return true;
  pending.window = limiter.count(pending.client_key(), backend.clock.steady_now());
  if (!pending.window->is_over) return true;
  rate_limited.fetch_add(1, std::memory_order_relaxed);
  std::string json;
  JsonWriter writer(json);
  api::write_error(writer, {ErrorCode::rate_limited, std::string(refusal), {}, pending.window->reset_seconds * 1000});
  pending.answer(429, std::move(json));  // the headers of the window include Retry-After
  return false;
}

void HttpApi::Impl::authentication_step(const PendingRequestPtr& pending, const RouteMatch& match) {
  auto token = token_of(pending->request);
  if (!token) return pending->answer_framework_error(401, token_missing_text);
  if (auto identified = backend.service.identify(*token)) return authenticated(pending, match, *std::move(identified));
  backend.service.look_up_identity(*pending->loop, *std::move(token), [this, pending, match](service::Identified identified) {
    guarded(*pending, [&] { authenticated(pending, match, std::move(identified)); });
  });
}

void HttpApi::Impl::authenticated(const PendingRequestPtr& pending, const RouteMatch& match, service::Identified identified) {
  if (!identified) {
    if (const auto* failure = std::get_if<auth::AuthFailure>(&identified.error())) {
      return pending->answer_framework_error(401, text_of(*failure));
    }
    return pending->answer(std::get<Error>(identified.error()));
  }
  auto& identity = *identified;
  backend.service.remember_user(identity.user);
  const auto* user_agent = pending->request.find("user-agent");
  pending->token = identity.token;
  pending->caller.user = std::move(identity.user);
  pending->caller.address = pending->request.remote_address;
  if (user_agent != nullptr)
    pending->caller.user_agent = printable_ascii(std::string_view(*user_agent).substr(0, limits::user_agent_bytes_max));
  carry_out(pending, match);
}

bool HttpApi::Impl::administration_step(PendingRequest& pending, const Route& route) const {
  if (route.scope != Scope::administration) return true;
  const auto allowed = domain::authorize_admin(pending.caller.user);
  if (!allowed) pending.answer(allowed.error());
  return allowed.has_value();
}

bool HttpApi::Impl::parameter_step(PendingRequest& pending, const RouteMatch& match) const {
  for (std::size_t index = 0; index < match.parameters.size() && !match.parameters[index].empty(); ++index) {
    auto decoded = percent_decoded(match.parameters[index]);
    if (!decoded) {
      pending.answer_framework_error(400, "Failed to decode param '" + printable_ascii(match.parameters[index]) + "'");
      return false;
    }
    pending.parameters[index] = *std::move(decoded);
  }
  return true;
}

template <typename Steps>
void HttpApi::Impl::guarded(PendingRequest& pending, Steps steps) {
  try {
    steps();
  } catch (const std::exception& failure) {
    // The outermost handler: a bug in one request must not end the calls of all other users.
    logs.write(LogLevel::error, "http_api", "a handler failed", {{"path", pending.request.path()}, {"what", failure.what()}});
    if (!pending.answered()) pending.answer(500, R"({"message":"Server error"})");
  }
}

HttpApi::HttpApi(HttpApiDependencies dependencies, HttpApiConfig config)
    : impl_(std::make_unique<Impl>(std::move(dependencies), std::move(config))) {}

HttpApi::~HttpApi() = default;

void HttpApi::handle(Request request, EventLoop& loop, Respond respond) {
  const auto pending = std::make_shared<PendingRequest>(std::move(request), &loop, std::move(respond));
  impl_->guarded(*pending, [&] { impl_->process(pending); });
}

Response HttpApi::body_too_large(const Request& head) {
  Response answer;
  Request copy = head;
  PendingRequest pending(std::move(copy), nullptr, [&answer](Response response) { answer = std::move(response); });
  if (impl_->cross_origin_step(pending)) pending.answer_framework_error(413, body_too_large_text);
  return answer;
}

}  // namespace parley::http_api
