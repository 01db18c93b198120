#include "load/http_connection.hpp"

#include "load/load_failure.hpp"

namespace parley::bench {

namespace {

constexpr std::chrono::milliseconds turn{100};
constexpr int turns_max = 300;  // 30 s without any received data

}  // namespace

std::size_t HttpConnection::on_bytes(std::span<char> received) {
  const std::string_view bytes(received.data(), received.size());
  std::size_t consumed = 0;
  while (const auto response = frame_response(bytes.substr(consumed))) {
    consumed += response->size;
    listener_.on_response(*this, *response);
  }
  return consumed;
}

RestClient::RestClient(const Endpoint& endpoint) : endpoint_(endpoint), connection_(poller_, endpoint, *this, 0) {}

RestClient::Answer RestClient::request(const HttpRequest& request) {
  answered_ = false;
  append_request(connection_.outbox(), request);
  connection_.flush();
  for (int turns = 0; !answered_; ++turns) {
    if (turns == turns_max) throw LoadFailure("no answer from " + endpoint_.to_string() + " to " + std::string(request.target));
    poller_.wait(turn);
  }
  return std::move(answer_);
}

void RestClient::on_response(HttpConnection&, const HttpResponse& response) {
  answer_ = {response.status, std::string(response.body)};
  answered_ = true;
}

void RestClient::on_closed(HttpConnection&, const std::string& reason) {
  throw LoadFailure(endpoint_.to_string() + ": " + reason + " (is the server running there, with --limits off?)");
}

}  // namespace parley::bench
