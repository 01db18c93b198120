#include "server/session_request.hpp"

#include "base/limits.hpp"
#include "server/compression.hpp"

namespace parley::server {

using protocol::http::Response;

void SessionRequest::answer(Response response, Then then) {
  for (auto& header : parts.cors) response.headers.push_back(std::move(header));
  auto respond = [exchange = exchange_, response = std::move(response), then]() mutable {
    if (then == Then::close) {
      exchange->respond_and_close(std::move(response));
    } else {
      exchange->respond(std::move(response));
    }
  };
  if (origin().in_this_thread()) {
    respond();
  } else {
    origin().post(std::move(respond));
  }
}

void SessionRequest::answer_packets(std::string payload) {
  Response response;
  response.headers.push_back({"Content-Type", "text/plain; charset=UTF-8"});
  response.headers.push_back({"Cache-Control", "no-store"});
  auto smaller = payload.size() >= limits::poll_compressed_bytes_min ? compressed(payload, parts.coding) : std::nullopt;
  if (smaller) response.headers.push_back({"Content-Encoding", std::string(name_of(parts.coding))});
  response.body = smaller ? std::move(*smaller) : std::move(payload);
  answer(std::move(response));
}

void SessionRequest::answer_error(protocol::engineio::RequestError error) {
  Response response;
  response.status = 400;
  response.headers.push_back({"Content-Type", "application/json"});
  response.body = protocol::engineio::body_of(error);
  answer(std::move(response));
}

}  // namespace parley::server
