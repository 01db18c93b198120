#include "service/connect.hpp"

#include <utility>

#include "api/request.hpp"
#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "service/client_session.hpp"

namespace parley::service {
namespace {

using protocol::socketio::ConnectAccepted;
using protocol::socketio::ConnectDecision;
using protocol::socketio::ConnectRefused;
using protocol::socketio::Handshake;

using Refusal = std::string;

/// `auth.token`, else the query's. A bad `auth.token` is not rescued by a good query token.
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

std::expected<auth::Identity, Refusal> authenticate(Context& context, std::string_view auth_json, const Handshake& handshake) {
  const auto token = find_token(auth_json, handshake);
  if (!token) return std::unexpected(token.error());
  auto identity = context.deps.authenticator.authenticate(*token);
  if (identity) return std::move(*identity);
  const bool gone = identity.error() == auth::AuthFailure::user_not_found;
  return std::unexpected(gone ? "User not found" : "Invalid authentication token");
}

/// At most limits::user_agent_bytes_max bytes, and valid UTF-8: a header may hold any bytes.
std::string user_agent_of(const Handshake& handshake) {
  std::string text = handshake.user_agent.substr(0, limits::user_agent_bytes_max);
  for (int cut = 0; cut < 3 && !text.empty() && !is_valid_utf8(text); ++cut) text.pop_back();
  return is_valid_utf8(text) ? text : std::string();
}

struct Admitted {
  CallerPtr caller;
  domain::TokenId token{};
};

std::expected<Admitted, Refusal> admit(Context& context, std::string_view auth_json, const Handshake& handshake) {
  if (auto refused = context.connections.check(handshake.remote_address)) return std::unexpected(std::move(*refused));
  auto identity = authenticate(context, auth_json, handshake);
  if (!identity) return std::unexpected(std::move(identity.error()));
  if (auto refused = context.connections.admit(handshake.remote_address, identity->user.id)) return std::unexpected(std::move(*refused));
  remember_user(context, identity->user);
  domain::Caller caller{std::move(identity->user), handshake.remote_address, user_agent_of(handshake)};
  return Admitted{std::make_shared<const domain::Caller>(std::move(caller)), identity->token.token};
}

}  // namespace

void SocketNamespace::on_connect(const protocol::socketio::ConnectRequest& request, std::shared_ptr<protocol::socketio::Peer> peer,
                                 protocol::socketio::Decide decide) {
  Context& context = router_.context();
  const Handshake& handshake = peer->handshake();
  auto admitted = admit(context, request.auth_json, handshake);
  if (!admitted) {
    count(context.counters.connections_refused);
    decide(std::unexpected(ConnectRefused{std::move(admitted.error()), {}}));
    return;
  }
  auto connection = std::make_shared<Connection>();
  connection->id = context.next_connection.fetch_add(1, std::memory_order_relaxed);
  connection->caller = std::move(admitted->caller);
  connection->token = admitted->token;
  connection->sid = handshake.sid;
  connection->loop_index = peer->loop().index();
  EventLoop& loop = peer->loop();
  connection->peer = std::move(peer);
  decide(ConnectAccepted{std::make_unique<ClientSession>(router_, creators_, live_[loop.index()], loop, std::move(connection)), {}});
}

void remember_user(Context& context, const domain::User& user) {
  if (context.users.put(user) == UserCache::Change::changed) context.deps.directory.remember_user(user);
}

}  // namespace parley::service
