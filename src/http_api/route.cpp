#include "http_api/route.hpp"

#include "http_api/header_text.hpp"
#include "http_api/routes.hpp"

namespace parley::http_api {

namespace {

constexpr auto routes = std::to_array<Route>({
    {"GET", "/health", Scope::open, health, "Whether the process answers"},
    {"GET", "/ready", Scope::exempt, ready, "Whether it can do its work, and if not, why"},
    {"GET", "/metrics", Scope::exempt, metrics, "Figures in Prometheus' text format"},

    {"POST", "/api/sessions/create", Scope::session_creation, create_session, "Create a session with a patient"},
    {"GET", "/api/sessions/ice-servers", Scope::sessions, ice_servers, "ICE servers with time-limited TURN credentials"},
    {"GET", "/api/sessions/user/active", Scope::sessions, active_sessions, "The caller's sessions that have not ended"},
    {"POST", "/api/sessions/cleanup", Scope::administration, clean_up, "End old sessions that nobody ended"},
    {"POST", "/api/sessions/:sessionId/join", Scope::sessions, join_session, "Start taking part in a session"},
    {"POST", "/api/sessions/:sessionId/end", Scope::sessions, end_session, "End a session"},
    {"GET", "/api/sessions/:sessionId/chat", Scope::sessions, session_chat, "The last messages of a session"},
    {"GET", "/api/sessions/:sessionId/signaling", Scope::sessions, session_signalling, "The signalling record of a session"},
    {"GET", "/api/sessions/:sessionId", Scope::sessions, get_session, "One session"},

    {"POST", "/api/chat/store", Scope::chat, store_message, "Send a message without a socket"},
    {"GET", "/api/chat/session/:sessionId/stats", Scope::chat, chat_stats, "Counts of a session's messages"},
    {"GET", "/api/chat/session/:sessionId", Scope::chat, chat_page, "One page of a session's messages"},
    {"DELETE", "/api/chat/:messageId", Scope::chat, delete_message, "Delete a message"},
});

/// Cuts the next segment off the front of `path`, which begins with a slash.
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
    } else if (!equal_ignoring_case(wanted, given)) {
      return false;
    }
  }
  return pattern.empty() && (path.empty() || path == "/");
}

bool begins_with_folder(std::string_view path, std::string_view folder) {
  if (path.size() < folder.size() || !equal_ignoring_case(path.substr(0, folder.size()), folder)) return false;
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
