#include "http_api/routing/route_table.hpp"

#include <algorithm>

#include "domain/validation.hpp"
#include "http_api/handlers/handlers.hpp"
#include "http_api/operations/account_operations.hpp"
#include "http_api/operations/admin_operations.hpp"
#include "http_api/operations/chat_operations.hpp"
#include "http_api/operations/service_operations.hpp"
#include "http_api/operations/session_operations.hpp"
#include "protocol/http/header_text.hpp"

namespace parley::http_api {

using protocol::http::equals_ignoring_case;

namespace {

constexpr auto routes = std::to_array<Route>({
    {"GET", "/health", Scope::open, health, health_operation},
    {"GET", "/ready", Scope::exempt, ready, ready_operation},
    {"GET", "/metrics", Scope::exempt, metrics, metrics_operation},
    {"GET", "/openapi.json", Scope::exempt, openapi, openapi_operation},
    {"GET", "/asyncapi.json", Scope::exempt, asyncapi, asyncapi_operation},

    {"POST", "/api/auth/logout", Scope::account, sign_out, sign_out_operation},

    {"POST", "/api/sessions/create", Scope::session_creation, create_session, create_session_operation},
    {"GET", "/api/sessions/ice-servers", Scope::sessions, ice_servers, ice_servers_operation},
    {"GET", "/api/sessions/ice-servers/health", Scope::administration, ice_health, ice_health_operation},
    {"POST", "/api/sessions/ice-servers/health-check", Scope::administration, check_ice_health, check_ice_health_operation},
    {"POST", "/api/sessions/ice-servers/rotate-credentials", Scope::administration, rotate_turn_credentials,
     rotate_turn_credentials_operation},
    {"PUT", "/api/sessions/ice-servers/turn-config", Scope::administration, change_turn, change_turn_operation},
    {"GET", "/api/sessions/user/active", Scope::sessions, active_sessions, active_sessions_operation},
    {"GET", "/api/sessions/monitoring/metrics", Scope::administration, monitoring_metrics, monitoring_metrics_operation},
    {"POST", "/api/sessions/cleanup", Scope::administration, clean_up, clean_up_operation},
    {"POST", "/api/sessions/:sessionId/join", Scope::sessions, join_session, join_session_operation},
    {"POST", "/api/sessions/:sessionId/end", Scope::sessions, end_session, end_session_operation},
    {"POST", "/api/sessions/:sessionId/reopen", Scope::sessions, reopen_session, reopen_session_operation},
    {"GET", "/api/sessions/:sessionId/chat", Scope::sessions, session_chat, session_chat_operation},
    {"GET", "/api/sessions/:sessionId/signaling", Scope::sessions, session_signalling, session_signalling_operation},
    {"GET", "/api/sessions/:sessionId", Scope::sessions, get_session, get_session_operation},

    {"POST", "/api/chat/store", Scope::chat, store_message, store_message_operation},
    {"GET", "/api/chat/session/:sessionId/stats", Scope::chat, chat_stats, chat_stats_operation},
    {"GET", "/api/chat/session/:sessionId/entries", Scope::chat, chat_entries, chat_entries_operation},
    {"GET", "/api/chat/session/:sessionId", Scope::chat, chat_page, chat_page_operation},
    {"DELETE", "/api/chat/:messageId", Scope::chat, delete_message, delete_message_operation},
});
// Every parameter needs a row in operation.hpp; without it, this does not compile.
static_assert(std::ranges::all_of(routes, [](const Route& route) {
  return std::ranges::all_of(parameter_names(route.pattern),
                             [](std::string_view name) { return name.empty() || path_parameter(name).name == name; });
}));

/// The word that a pattern has in place of the id in `/api/sessions/:sessionId`. Empty for the id itself and for patterns elsewhere.
constexpr std::string_view word_beside_session_ids(std::string_view pattern) {
  constexpr std::string_view folder = "/api/sessions/";
  if (!pattern.starts_with(folder) || pattern.substr(folder.size()).starts_with(':')) return {};
  const auto rest = pattern.substr(folder.size());
  return rest.substr(0, rest.find('/'));
}
// A session id that equals such a word would reach another route. So every such word must be reserved in reserved_session_ids.
static_assert(std::ranges::all_of(routes, [](const Route& route) {
  const auto word = word_beside_session_ids(route.pattern);
  return word.empty() || std::ranges::find(domain::reserved_session_ids, word) != domain::reserved_session_ids.end();
}));
static_assert(std::ranges::all_of(domain::reserved_session_ids, [](std::string_view reserved) {
  const auto is_its_word = [reserved](const Route& route) { return word_beside_session_ids(route.pattern) == reserved; };
  return reserved == "." || reserved == ".." || std::ranges::any_of(routes, is_its_word);
}));

/// Removes the next segment from the front of `path`, which begins with a slash, and returns it.
std::string_view next_segment(std::string_view& path) {
  const auto end = path.find('/', 1);
  const auto segment = path.substr(1, end == std::string_view::npos ? end : end - 1);
  path = end == std::string_view::npos ? std::string_view{} : path.substr(end);
  return segment;
}

bool match_pattern(std::string_view pattern, std::string_view path, std::array<std::string_view, 2>& parameters) {
  std::size_t parameter_count = 0;
  while (!pattern.empty() && !path.empty()) {
    const auto wanted = next_segment(pattern);
    const auto given = next_segment(path);
    if (wanted.starts_with(':')) {
      if (given.empty()) return false;
      parameters[parameter_count++] = given;
    } else if (!equals_ignoring_case(wanted, given)) {
      return false;
    }
  }
  return pattern.empty() && (path.empty() || path == "/");
}

bool begins_with_folder(std::string_view path, std::string_view folder) {
  if (path.size() < folder.size() || !equals_ignoring_case(path.substr(0, folder.size()), folder)) return false;
  return path.size() == folder.size() || path[folder.size()] == '/';
}

}  // namespace

std::span<const Route> route_table() {
  return routes;
}

RouteMatch match_route(std::string_view method, std::string_view path) {
  if (!path.starts_with('/')) return {};
  const auto wanted = method == "HEAD" ? std::string_view("GET") : method;
  for (const auto& route : routes) {
    RouteMatch match{&route, {}};
    if (route.method == wanted && match_pattern(route.pattern, path, match.parameters)) return match;
  }
  return {};
}

Scope scope_of(std::string_view path) {
  if (begins_with_folder(path, "/api/sessions")) return Scope::sessions;
  if (begins_with_folder(path, "/api/chat")) return Scope::chat;
  return Scope::open;
}

}  // namespace parley::http_api
