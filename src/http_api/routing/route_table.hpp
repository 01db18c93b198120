// The only table of routes: method, path, limiter, permitted callers, handler. The server answers requests from it, and the OpenAPI
// document is built from it, so both always have the same routes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http_api/operations/operation.hpp"
#include "http_api/request/backend.hpp"
#include "http_api/request/pending_request.hpp"

namespace parley::http_api {

/// The part of the contract for a path. It determines the limiter and whether a token is needed (docs/api-contract.md §2.1, step 7).
enum class Scope : std::uint8_t {
  exempt,            // no limiter: /ready, /metrics, the documents
  open,              // the general limiter
  account,           // the general limiter; token
  chat,              // general, then chat; token
  sessions,          // general, then sessions; token
  session_creation,  // general, then session creation; token
  administration,    // general, then sessions; token of an admin, checked before the handler runs
};
[[nodiscard]] constexpr bool needs_token(Scope scope) {
  return scope >= Scope::account;
}

using Handler = void (*)(const Backend& backend, PendingRequestPtr pending);

struct Route {
  std::string_view method;
  std::string_view pattern;  // `/api/chat/session/:sessionId`; `:name` is one non-empty segment
  Scope scope;
  Handler handler;
  const Operation& operation;  // its description for the document
};

/// In order of precedence: the first match counts.
[[nodiscard]] std::span<const Route> route_table();

struct RouteMatch {
  const Route* route = nullptr;
  std::array<std::string_view, 2> parameters;  // as sent, still percent-coded
};
/// Paths match in upper and lower case, with or without one slash at the end. HEAD matches as GET.
[[nodiscard]] RouteMatch match_route(std::string_view method, std::string_view path);

/// The names of a pattern's parameters, in order; the rest are empty.
[[nodiscard]] constexpr std::array<std::string_view, 2> parameter_names(std::string_view pattern) {
  std::array<std::string_view, 2> names;
  std::size_t count = 0;
  for (auto at = pattern.find("/:"); at != std::string_view::npos; at = pattern.find("/:", at + 1)) {
    const auto begin = at + 2;
    names.at(count++) = pattern.substr(begin, pattern.find('/', begin) - begin);
  }
  return names;
}

/// The scope of a path without a route. Limiters and the token apply to such a path too.
[[nodiscard]] Scope scope_of(std::string_view path);

}  // namespace parley::http_api
