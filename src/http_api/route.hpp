// The one table of routes: method, path, limiter, who may call, what to do. Requests are answered from it and the OpenAPI document is
// made from it, so neither can know a route the other does not.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "http_api/exchange.hpp"
#include "http_api/figures.hpp"
#include "http_api/operation.hpp"
#include "service/chat_service.hpp"

namespace parley::http_api {

/// Which part of the contract a path belongs to: its limiter, and whether a token is needed (docs/api-contract.md §2.1, step 7).
enum class Scope : std::uint8_t {
  exempt,            // no limiter: /ready, /metrics, the documents
  open,              // the general limiter
  account,           // the general limiter; token
  chat,              // general, then chat; token
  sessions,          // general, then sessions; token
  session_creation,  // general, then session creation; token
  administration,    // general, then sessions; token of an admin, who is asked for before anything of the handler
};
[[nodiscard]] constexpr bool needs_token(Scope scope) {
  return scope >= Scope::account;
}

/// What handlers work with. Outlives every exchange.
struct Backend {
  service::ChatService& service;
  Clock& clock;
  const HttpApiConfig& config;
  std::function<Figures()> figures;
  std::function<std::string(const Figures&)> metrics_text;      // Prometheus text exposition
  std::function<std::vector<std::string>()> reasons_not_ready;  // empty: ready
  std::function<std::vector<std::string>()> notices;            // for people, though it is ready
  ConstantBody openapi;
  ConstantBody asyncapi;
};

using Handler = void (*)(const Backend& backend, ExchangePtr exchange);

struct Route {
  std::string_view method;
  std::string_view pattern;  // `/api/chat/session/:sessionId`; `:name` is one segment that is not empty
  Scope scope;
  Handler handler;
  const Operation& operation;  // what the document says of it
};

/// In order of precedence: the first that matches counts.
[[nodiscard]] std::span<const Route> route_table();

struct RouteMatch {
  const Route* route = nullptr;
  std::array<std::string_view, 2> parameters;  // as sent, still percent-coded
};
/// Paths match whatever the case of their letters, with or without one slash at the end. HEAD is matched as GET.
[[nodiscard]] RouteMatch match_route(std::string_view method, std::string_view path);

/// The names of a pattern's parameters, in order; empty where there is none.
[[nodiscard]] constexpr std::array<std::string_view, 2> parameter_names(std::string_view pattern) {
  std::array<std::string_view, 2> names;
  std::size_t count = 0;
  for (auto at = pattern.find("/:"); at != std::string_view::npos; at = pattern.find("/:", at + 1)) {
    const auto begin = at + 2;
    names.at(count++) = pattern.substr(begin, pattern.find('/', begin) - begin);
  }
  return names;
}

/// The scope of a path without a route, which is limited and wants a token all the same.
[[nodiscard]] Scope scope_of(std::string_view path);

}  // namespace parley::http_api
