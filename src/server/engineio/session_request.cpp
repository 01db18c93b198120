#include "server/engineio/session_request.hpp"

#include "base/limits.hpp"
#include "server/http/compression.hpp"

namespace parley::server {

using protocol::http::Response;

namespace {

void compress(Response& response, const protocol::http::Request& request) {
  if (response.body.size() < limits::poll_compressed_bytes_min) return;
  const auto accepted = request.joined("Accept-Encoding", ", ");
  if (!accepted) return;
  const auto coding = protocol::http::preferred_coding(std::string_view(*accepted).substr(0, limits::accept_encoding_bytes_max));
  if (auto smaller = compressed(response.body, coding)) {
    response.headers.push_back({"Content-Encoding", std::string(name_of(coding))});
    response.body = std::move(*smaller);
  }
}

}  // namespace

void SessionRequest::respond(Response response, How how) {
  for (auto& header : parts.cors) response.headers.push_back(std::move(header));
  auto run = [exchange = exchange_, response = std::move(response), how = std::move(how)]() mutable {
    how(*exchange, std::move(response));
  };
  if (origin().in_this_thread())
    run();
  else
    origin().post(std::move(run));
}

void SessionRequest::answer(Response response, Then then) {
  respond(std::move(response), [then](Exchange& exchange, Response ready) {
    if (then == Then::close)
      exchange.respond_and_close(std::move(ready));
    else
      exchange.respond(std::move(ready));
  });
}

void SessionRequest::answer_packets(std::string payload) {
  Response response;
  response.headers.push_back({"Content-Type", "text/plain; charset=UTF-8"});
  response.headers.push_back({"Cache-Control", "no-store"});
  response.body = std::move(payload);
  respond(std::move(response), [](Exchange& exchange, Response ready) {
    compress(ready, exchange.request());
    exchange.respond(std::move(ready));
  });
}

void SessionRequest::answer_error(protocol::engineio::RequestError error) {
  Response response;
  response.status = 400;
  response.headers.push_back({"Content-Type", "application/json"});
  response.body = protocol::engineio::body_of(error);
  answer(std::move(response));
}

}  // namespace parley::server
