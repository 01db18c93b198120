#include "service/socket/connect.hpp"

#include <utility>

#include "api/answer.hpp"
#include "api/request.hpp"
#include "base/json_writer.hpp"
#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "domain/error_code.hpp"
#include "service/socket/client_session.hpp"
#include "service/use_cases/identify.hpp"

namespace parley::service {
namespace {

using protocol::socketio::ConnectAccepted;
using protocol::socketio::ConnectRefused;
using protocol::socketio::Decide;
using protocol::socketio::Handshake;

using Refusal = std::string;

/// `auth.token`, otherwise the token of the query. A bad `auth.token` is refused even when the query has a good token.
std::expected<std::string, Refusal> find_token(std::string_view auth_json, const Handshake& handshake) {
  const api::Fields auth = api::Fields::from_value(auth_json);
  if (!auth.falsy("token")) {
    if (auto token = auth.string("token")) return std::move(*token);
    return std::unexpected("Invalid authentication token");
  }
  auto token = api::query_value(handshake.query, "token");
  if (!token || token->empty()) return std::unexpected("Authentication token required");
  return std::move(*token);
}

ConnectRefused refusal_of(const Unidentified& why) {
  if (const auto* failure = std::get_if<auth::AuthFailure>(&why)) {
    const bool gone = *failure == auth::AuthFailure::user_not_found;
    return {gone ? "User not found" : "Invalid authentication token", {}};
  }
  const Error& error = std::get<Error>(why);
  std::string data;  // with the text alone, a client cannot know that a retry helps
  JsonWriter writer(data);
  writer.begin_object().member("code", error_row(error.code).name);
  if (error.retry_after_ms > 0) writer.key("retryAfter").integer(api::retry_after_seconds(error.retry_after_ms));
  writer.end_object();
  return {error.message, std::move(data)};
}

/// At most limits::user_agent_bytes_max bytes of valid UTF-8, because a header may hold any bytes.
std::string user_agent_of(const Handshake& handshake) {
  std::string text = handshake.user_agent.substr(0, limits::user_agent_bytes_max);
  for (int cut = 0; cut < 3 && !text.empty() && !is_valid_utf8(text); ++cut) text.pop_back();
  return is_valid_utf8(text) ? text : std::string();
}

void refuse(Context& context, ConnectRefused refused, Decide& decide) {
  count(context.counters.connections_refused);
  decide(std::unexpected(std::move(refused)));
}

constexpr std::string_view refusals_of_connect[] = {"Invalid namespace",
                                                    "Server at capacity, please try again later",
                                                    "Too many connections from this IP address",
                                                    "Authentication token required",
                                                    "Invalid authentication token",
                                                    "User not found",
                                                    "Server is overloaded, please try again",
                                                    "The server is overloaded",
                                                    "The store cannot be read",
                                                    "The store cannot be reached",
                                                    "The store is stopped",
                                                    "Too many connections for this user"};

}  // namespace

std::span<const std::string_view> connect_refusals() {
  return refusals_of_connect;
}

void SocketNamespace::on_connect(const protocol::socketio::ConnectRequest& request, std::shared_ptr<protocol::socketio::Peer> peer,
                                 Decide decide) {
  Context& context = router_.context();
  const Handshake& handshake = peer->handshake();
  if (auto refused = context.connections.check(handshake.remote_address)) return refuse(context, {std::move(*refused), {}}, decide);
  auto token = find_token(request.auth_json, handshake);
  if (!token) return refuse(context, {std::move(token.error()), {}}, decide);
  if (auto identified = identify(context, *token)) return decide_on(std::move(peer), std::move(*identified), std::move(decide));
  EventLoop& loop = peer->loop();
  look_up_identity(context, loop, std::move(*token),
                   [this, peer = std::move(peer), decide = std::move(decide)](Identified identified) mutable {
                     decide_on(std::move(peer), std::move(identified), std::move(decide));
                   });
}

// The connection is counted here, in the task that decides, and not while its user is looked up. If the client has disconnected meanwhile,
// the connection learns this inside `decide`, and on_disconnect releases its place.
void SocketNamespace::decide_on(std::shared_ptr<protocol::socketio::Peer> peer, Identified identified, Decide decide) {
  Context& context = router_.context();
  const Handshake& handshake = peer->handshake();
  if (!identified) return refuse(context, refusal_of(identified.error()), decide);
  domain::User& user = identified->user;
  if (auto refused = context.connections.admit(handshake.remote_address, user.id))
    return refuse(context, {std::move(*refused), {}}, decide);
  remember_user(context, user);
  auto connection = std::make_shared<Connection>();
  connection->id = context.next_connection.fetch_add(1, std::memory_order_relaxed);
  connection->caller =
      std::make_shared<const domain::Caller>(domain::Caller{std::move(user), handshake.remote_address, user_agent_of(handshake)});
  connection->token = identified->token.token;
  connection->loop_index = peer->loop().index();
  EventLoop& loop = peer->loop();
  connection->peer = std::move(peer);
  decide(ConnectAccepted{std::make_unique<ClientSession>(router_, loop, std::move(connection)), {}});
}

}  // namespace parley::service
