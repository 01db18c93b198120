#include "support/test_client.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <charconv>
#include <stdexcept>

#include "base/json_writer.hpp"
#include "load/http_message.hpp"
#include "protocol/websocket/handshake.hpp"

namespace parley::test {

namespace ws = protocol::websocket;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds patience_max{30'000};
constexpr milliseconds turn{50};

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what);
}

}  // namespace

TcpClient::TcpClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("nobody listens");
}

void TcpClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) fail("the connection broke while sending");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string TcpClient::receive(milliseconds patience) {
  pollfd waiting{.fd = socket_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&waiting, 1, static_cast<int>(patience.count())) <= 0) return {};
  std::array<char, 65'536> bytes;
  const auto count = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
  if (count <= 0) fail("the server closed the connection");
  return {bytes.data(), static_cast<std::size_t>(count)};
}

// HTTP

void RestClient::send(std::string_view method, std::string_view target, std::string_view json) {
  std::string request;
  bench::append_request(request, {.method = method, .target = target, .token = token_, .json = json});
  connection_.send(request);
}

std::optional<RestClient::Answer> RestClient::receive(milliseconds patience) {
  received_ += connection_.receive(patience);
  const auto response = bench::frame_response(received_);
  if (!response) return std::nullopt;
  Answer answer{response->status, std::string(response->body)};
  received_.erase(0, response->size);
  return answer;
}

std::optional<RestClient::Answer> RestClient::answer_so_far() {
  return receive(milliseconds{0});
}

RestClient::Answer RestClient::wait_for_answer() {
  for (milliseconds waited{0}; waited < patience_max; waited += turn)
    if (auto answer = receive(turn)) return *std::move(answer);
  fail("no answer came over HTTP");
}

RestClient::Answer RestClient::get(std::string_view target) {
  send("GET", target);
  return wait_for_answer();
}

RestClient::Answer RestClient::post(std::string_view target, std::string_view json) {
  send("POST", target, json);
  return wait_for_answer();
}

// Socket.IO

ChatSocket::ChatSocket(std::uint16_t port, const std::string& token) : connection_(port), decoder_({.role = ws::Role::client}) {
  const std::string key = ws::client_key({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
  connection_.send(
      ws::client_request({.host = "127.0.0.1", .target = "/socket.io/?EIO=4&transport=websocket", .key = key, .extra_headers = {}}));
  std::string received;
  std::size_t head_end = std::string::npos;
  for (milliseconds waited{0}; waited < patience_max && head_end == std::string::npos; waited += turn) {
    received += connection_.receive(turn);
    head_end = received.find("\r\n\r\n");
  }
  if (head_end == std::string::npos) fail("the upgrade was not answered: " + received);
  if (const auto checked = ws::check_response(std::string_view(received).substr(0, head_end + 4), key); !checked) fail(checked.error());
  received.erase(0, head_end + 4);
  take_frames(received);
  wait_until([this] { return opened_; }, "an Engine.IO handshake");
  std::string connect = "40";
  JsonWriter(connect).begin_object().member("token", token).end_object();
  send_packet(connect);
  wait_until([this] { return connected_; }, "a Socket.IO CONNECT");
}

std::uint64_t ChatSocket::emit(std::string_view event, std::string_view payload) {
  const std::uint64_t id = ++last_id_;
  send_packet("42" + std::to_string(id) + "[\"" + std::string(event) + "\"," + std::string(payload) + "]");
  return id;
}

std::string ChatSocket::wait_for_ack(std::uint64_t id) {
  wait_until([&] { return acks_.contains(id); }, "ack " + std::to_string(id));
  return acks_[id];
}

std::optional<std::string> ChatSocket::ack_so_far(std::uint64_t id) {
  receive(milliseconds{0});
  const auto ack = acks_.find(id);
  return ack == acks_.end() ? std::nullopt : std::optional(ack->second);
}

std::vector<std::string> ChatSocket::events_so_far(std::string_view event) {
  receive(milliseconds{0});
  const std::string head = "[\"" + std::string(event) + "\",";
  std::vector<std::string> found;
  for (const std::string& arguments : events_)
    if (arguments.starts_with(head)) found.push_back(arguments.substr(head.size(), arguments.size() - head.size() - 1));
  return found;
}

std::vector<std::string> ChatSocket::wait_for_events(std::string_view event, std::size_t count) {
  wait_until([&] { return events_so_far(event).size() >= count; }, std::to_string(count) + " events " + std::string(event));
  return events_so_far(event);
}

void ChatSocket::send_packet(std::string_view packet) {
  std::string frame;
  ws::append_masked_frame(frame, ws::Opcode::text, packet, {1, 2, 3, 4});
  connection_.send(frame);
}

void ChatSocket::wait_until(const std::function<bool()>& done, const std::string& what) {
  for (milliseconds waited{0}; !done(); waited += turn) {
    if (waited >= patience_max) fail("there did not come: " + what);
    receive(turn);
  }
}

void ChatSocket::receive(milliseconds patience) {
  std::string bytes = connection_.receive(patience);
  take_frames(bytes);
}

void ChatSocket::take_frames(std::span<char> bytes) {
  decoder_.feed(bytes);
  for (ws::Decoded decoded = decoder_.next(); decoded.kind != ws::Decoded::Kind::need_more; decoded = decoder_.next()) {
    if (decoded.kind != ws::Decoded::Kind::text) fail("a frame that the server has no reason to send");
    take_packet(decoded.payload);
  }
}

void ChatSocket::take_packet(std::string_view packet) {
  if (packet == "2") {
    send_packet("3");
  } else if (packet.starts_with("42")) {
    events_.emplace_back(packet.substr(2));
  } else if (packet.starts_with("43")) {
    take_ack(packet);
  } else if (packet.starts_with("40")) {
    connected_ = true;
  } else if (packet.starts_with("0")) {
    opened_ = true;
  } else {
    fail("a packet that the server has no reason to send: " + std::string(packet));
  }
}

void ChatSocket::take_ack(std::string_view packet) {
  std::uint64_t id = 0;
  const auto parsed = std::from_chars(packet.data() + 2, packet.data() + packet.size(), id);
  if (parsed.ec != std::errc{}) fail("an ack without an id: " + std::string(packet));
  const std::string_view arguments = packet.substr(static_cast<std::size_t>(parsed.ptr - packet.data()));
  if (!acks_.emplace(id, arguments).second) fail("a second ack: " + std::string(packet));
}

}  // namespace parley::test
