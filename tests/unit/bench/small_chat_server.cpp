#include "unit/bench/small_chat_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "protocol/websocket/frame_codec.hpp"
#include "protocol/websocket/handshake.hpp"

namespace parley::bench {

namespace ws = protocol::websocket;

namespace {

/// The value between `prefix` and the next `"`. The clients of this server never escape a character.
std::string field(std::string_view json, std::string_view prefix) {
  const std::size_t at = json.find(prefix);
  if (at == std::string_view::npos) return {};
  const std::size_t begin = at + prefix.size();
  return std::string(json.substr(begin, json.find('"', begin) - begin));
}

struct Message {
  std::string id;
  std::string text;
  std::string tag;
};

struct Client {
  int descriptor;
  std::string received;
  bool is_websocket = false;
  std::unique_ptr<ws::FrameDecoder> decoder = std::make_unique<ws::FrameDecoder>();
};

std::string entries_json(const std::vector<Message>& messages) {
  std::string json = R"([{"kind":"created"})";
  for (const Message& message : messages)
    json +=
        R"(,{"kind":"text","id":")" + message.id + R"(","message":")" + message.text + R"(","clientMessageId":")" + message.tag + R"("})";
  return json + "]";
}

constexpr std::size_t faulty_message = 40;  // the fault affects the message with this number

}  // namespace

struct SmallChatServer::Impl {
  explicit Impl(Fault the_fault);
  ~Impl();

  void turn();
  void accept();
  bool receive(Client& client);
  void on_http(Client& client);
  void answer(const Client& client, unsigned status, const std::string& body) const;
  void on_request(Client& client, std::string_view head, std::string_view body);
  std::string page(std::string_view target);
  std::string entries(std::string_view packet);
  std::string entries_page(std::string_view target);
  std::string resume(std::string_view packet);
  std::vector<Message> newest(const std::string& session, std::size_t skipped, std::size_t limit, const std::string& question);
  void on_packet(Client& client, std::string_view packet);
  void on_chat_message(Client& client, std::string_view packet);
  Message make_message(std::string_view json);
  void store(const std::string& session, Message message);
  void deliver(const std::string& session, const Message& message);
  static void send_packet(const Client& client, std::string_view packet);
  static void send_bytes(const Client& client, std::string_view bytes);
  [[nodiscard]] bool strikes(Fault which) const { return fault == which && messages_made == faulty_message; }

  Fault fault;
  int listener;
  std::uint16_t port = 0;
  std::vector<std::unique_ptr<Client>> clients;
  std::map<std::string, std::vector<Message>> stored;
  std::map<std::string, std::vector<Client*>> rooms;
  std::map<std::string, int> pages_shown;
  std::string held_back;  // the delivery that is sent after the next one
  std::size_t messages_made = 0;
  std::uint8_t sessions_made = 0;
};

SmallChatServer::Impl::Impl(Fault the_fault) : fault(the_fault), listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener, generic, size) != 0 || ::listen(listener, 128) != 0 || ::getsockname(listener, generic, &size) != 0) {
    throw std::runtime_error("no port for the test server");
  }
  port = ntohs(address.sin_port);
}

SmallChatServer::Impl::~Impl() {
  for (const auto& client : clients) ::close(client->descriptor);
  ::close(listener);
}

void SmallChatServer::Impl::turn() {
  std::vector<pollfd> waiting{{listener, POLLIN, 0}};
  for (const auto& client : clients) waiting.push_back({client->descriptor, POLLIN, 0});
  if (::poll(waiting.data(), waiting.size(), 10) <= 0) return;
  for (std::size_t index = clients.size(); index-- > 0;) {
    if (waiting[index + 1].revents == 0 || receive(*clients[index])) continue;
    for (auto& room : rooms) std::erase(room.second, clients[index].get());
    ::close(clients[index]->descriptor);
    clients.erase(clients.begin() + static_cast<std::ptrdiff_t>(index));
  }
  if (waiting[0].revents != 0) accept();
}

void SmallChatServer::Impl::accept() {
  const int descriptor = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (descriptor < 0) return;
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  clients.push_back(std::make_unique<Client>(Client{descriptor, {}}));
}

bool SmallChatServer::Impl::receive(Client& client) {
  char buffer[16 * 1024];
  const ssize_t size = ::recv(client.descriptor, buffer, sizeof(buffer), 0);
  if (size <= 0) return false;
  if (!client.is_websocket) {
    client.received.append(buffer, static_cast<std::size_t>(size));
    on_http(client);
    return true;
  }
  client.decoder->feed({buffer, static_cast<std::size_t>(size)});
  for (ws::Decoded got = client.decoder->next(); got.kind != ws::Decoded::Kind::need_more; got = client.decoder->next()) {
    if (got.kind != ws::Decoded::Kind::text) return false;
    on_packet(client, got.payload);
    if (strikes(Fault::closes_a_connection)) return false;
  }
  return true;
}

void SmallChatServer::Impl::on_http(Client& client) {
  for (;;) {
    const std::size_t end = client.received.find("\r\n\r\n");
    if (end == std::string::npos) return;
    const std::string head = client.received.substr(0, end + 4);
    const std::size_t at = head.find("Content-Length: ");
    const std::size_t length = at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
    if (client.received.size() < end + 4 + length) return;
    const std::string body = client.received.substr(end + 4, length);
    client.received.erase(0, end + 4 + length);
    on_request(client, head, body);
  }
}

void SmallChatServer::Impl::answer(const Client& client, unsigned status, const std::string& body) const {
  send_bytes(client, "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

void SmallChatServer::Impl::on_request(Client& client, std::string_view head, std::string_view body) {
  if (head.starts_with("GET /socket.io/")) {
    const std::string key = std::string(head.substr(head.find("Sec-WebSocket-Key: ") + 19, 24));
    client.is_websocket = true;
    send_bytes(client, ws::switching_protocols(ws::accept_key(key)));
    return send_packet(client, R"(0{"sid":"abc","upgrades":[],"pingInterval":25000,"pingTimeout":60000,"maxPayload":1000000})");
  }
  if (fault == Fault::refuses_tokens) return answer(client, 401, R"({"success":false,"message":"Not authorized, token invalid"})");
  if (head.starts_with("POST /api/sessions/create")) {
    const SessionId id = SessionId::from_random({++sessions_made});
    stored[id.to_string()];
    return answer(client, 201, R"({"session":{"sessionId":")" + id.to_string() + R"("}})");
  }
  if (head.starts_with("POST /api/chat/store")) {
    const Message message = make_message(body);
    if (strikes(Fault::refuses_a_message)) return answer(client, 503, R"({"message":"Overloaded","code":"overloaded"})");
    store(field(body, R"("sessionId":")"), message);
    return answer(client, 201, R"({"message":"Chat message stored successfully","chatMessage":{"_id":")" + message.id + R"("}})");
  }
  const std::string_view target = head.substr(4, head.find(' ', 4) - 4);
  answer(client, 200, target.find("/entries?") == std::string_view::npos ? page(target) : entries_page(target));
}

std::string SmallChatServer::Impl::page(std::string_view target) {
  const std::string path(target.substr(0, target.find('?')));
  const auto number = std::stoul(std::string(target.substr(target.find("page=") + 5)));
  const auto limit = std::stoul(std::string(target.substr(target.find("limit=") + 6)));
  const std::string session = path.substr(path.rfind('/') + 1);
  const std::vector<Message> messages = newest(session, (number - 1) * limit, limit, std::string(target));
  const auto& all = stored[session];
  std::string json = R"({"messages":[)";
  for (const Message& message : messages) {
    if (json.back() == '}') json += ',';
    json += R"({"_id":")" + message.id + R"(","message":")" + message.text + R"(","clientMessageId":")" + message.tag + R"("})";
  }
  return json + R"(],"pagination":{"totalPages":)" + std::to_string((all.size() + limit - 1) / limit) + R"(,"totalMessages":)" +
         std::to_string(all.size()) + "}}";
}

std::string SmallChatServer::Impl::entries(std::string_view packet) {
  const auto limit = std::stoul(std::string(packet.substr(packet.find(R"("limit":)") + 8)));
  return R"([{"success":true,"entries":)" +
         entries_json(newest(field(packet, R"("sessionId":")"), 0, limit - 1, std::string(packet))) + "}]";
}

std::string SmallChatServer::Impl::entries_page(std::string_view target) {
  const auto limit = std::stoul(std::string(target.substr(target.find("limit=") + 6)));
  const std::string session(target.substr(18, target.find("/entries?") - 18));  // after "/api/chat/session/"
  const std::size_t after = stored[session].size() - std::min(stored[session].size(), limit);
  return R"({"from":")" + std::to_string(after) + R"(","more":false,"entries":)" + entries_json(newest(session, 0, limit, {})) + "}";
}

/// A position is the number of messages before it.
std::string SmallChatServer::Impl::resume(std::string_view packet) {
  const std::string session = field(packet, R"("sessionId":")");
  const std::size_t after = std::stoul(field(packet, R"("after":")")) + (fault == Fault::resumes_elsewhere ? 1 : 0);
  std::vector<Message> missed = newest(session, 0, stored[session].size() - after, {});
  if (fault == Fault::resumes_with_a_gap) missed.pop_back();
  return R"(,"resume":{"from":")" + std::to_string(after) + R"(","more":false,"entries":)" + entries_json(missed) + "}";
}

/// Oldest first.
std::vector<Message> SmallChatServer::Impl::newest(const std::string& session, std::size_t skipped, std::size_t limit,
                                                   const std::string& question) {
  const auto& all = stored[session];
  const std::size_t last = all.size() - std::min(all.size(), skipped);
  std::vector<Message> messages(all.begin() + static_cast<std::ptrdiff_t>(last - std::min(last, limit)),
                                all.begin() + static_cast<std::ptrdiff_t>(last));
  if (fault == Fault::shows_a_wrong_page && ++pages_shown[question] > 1) std::ranges::reverse(messages);
  return messages;
}

void SmallChatServer::Impl::on_packet(Client& client, std::string_view packet) {
  if (packet.starts_with("40")) return send_packet(client, R"(40{"sid":"def"})");
  if (packet.find(R"(["join-session")") != std::string_view::npos) {
    rooms[field(packet, R"("sessionId":")")].push_back(&client);
    send_packet(client, "2");  // a heartbeat between other packets; the server ignores the pong below
    const std::string resumed = packet.find(R"("after":")") == std::string_view::npos ? "" : resume(packet);
    return send_packet(client, "43" + std::string(packet.substr(2, packet.find('[') - 2)) + R"([{"success":true)" + resumed + "}]");
  }
  if (packet.find(R"(["entries")") != std::string_view::npos)
    return send_packet(client, "43" + std::string(packet.substr(2, packet.find('[') - 2)) + entries(packet));
  if (packet.find(R"(["chat-message")") != std::string_view::npos) on_chat_message(client, packet);
}

void SmallChatServer::Impl::on_chat_message(Client& client, std::string_view packet) {
  const std::string session = field(packet, R"("sessionId":")");
  const std::string ack = "43" + std::string(packet.substr(2, packet.find('[') - 2));
  const Message message = make_message(packet);
  if (strikes(Fault::never_answers_a_message)) return;
  if (strikes(Fault::refuses_a_message)) return send_packet(client, ack + R"([{"success":false,"error":"Overloaded"}])");
  store(session, message);
  send_packet(client, ack + R"([{"success":true,"chatMessage":{"id":")" + message.id + R"("}}])");
  deliver(session, message);
}

Message SmallChatServer::Impl::make_message(std::string_view json) {
  ObjectId id;
  ++messages_made;
  for (std::size_t byte = 0; byte < 4; ++byte) id.bytes[11 - byte] = static_cast<std::uint8_t>(messages_made >> (8 * byte));
  return {id.to_string(), field(json, R"("message":")"), field(json, R"("clientMessageId":")")};
}

void SmallChatServer::Impl::store(const std::string& session, Message message) {
  if (strikes(Fault::loses_a_stored_message)) return;
  if (strikes(Fault::alters_a_stored_text)) message.text.back() = '!';
  stored[session].push_back(std::move(message));
}

void SmallChatServer::Impl::deliver(const std::string& session, const Message& message) {
  const std::string event = R"(42["chat-message",{"id":")" + message.id + R"(","sessionId":")" + session + R"(","message":")" +
                            message.text + R"(","clientMessageId":")" + message.tag + R"("}])";
  auto& room = rooms[session];
  for (std::size_t member = 0; member < room.size(); ++member) {
    const bool struck = member == 0;
    if (struck && strikes(Fault::skips_a_delivery)) continue;
    if (struck && strikes(Fault::swaps_two_deliveries)) {
      held_back = event;
      continue;
    }
    send_packet(*room[member], event);
    if (struck && strikes(Fault::doubles_a_delivery)) send_packet(*room[member], event);
    if (struck && !held_back.empty() && field(held_back, R"("sessionId":")") == session) {
      send_packet(*room[member], std::exchange(held_back, {}));
    }
  }
}

void SmallChatServer::Impl::send_packet(const Client& client, std::string_view packet) {
  std::string frame;
  ws::append_frame(frame, ws::Opcode::text, packet);
  send_bytes(client, frame);
}

void SmallChatServer::Impl::send_bytes(const Client& client, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(client.descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the client has gone; the next receive reports it
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

SmallChatServer::SmallChatServer(Fault fault) : impl_(std::make_unique<Impl>(fault)) {
  thread_ = std::thread([this] {
    while (!stopping_) impl_->turn();
  });
}

SmallChatServer::~SmallChatServer() {
  stopping_ = true;
  thread_.join();
}

Endpoint SmallChatServer::endpoint() const {
  return {"127.0.0.1", impl_->port};
}

}  // namespace parley::bench
