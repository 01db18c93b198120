// A server that answers every request of HTTP as the test requests.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "unit/server/test_server.hpp"

namespace parley::server::test {

class HttpTest : public testing::Test {
 protected:
  void start(ServerConfig config = one_loop(), TestHttpHandler::Handle handle = {}) {
    handler = std::make_unique<TestHttpHandler>(std::move(handle));
    server = std::make_unique<TestServer>(std::move(config), [this](Server& made) { made.set_http_handler(*handler); });
  }
  Client connect() { return Client((*server)->port()); }
  std::string exchange(std::string_view request) {
    Client client = connect();
    client.send(request);
    return client.read_response();
  }
  std::unique_ptr<TestHttpHandler> handler;
  std::unique_ptr<TestServer> server;
};

inline bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace parley::server::test
