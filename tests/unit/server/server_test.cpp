// A server begins to listen, or says why it cannot; and it stops in order.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <thread>

#include "server/server.hpp"
#include "support/collected_logs.hpp"
#include "unit/server/test_server.hpp"

namespace parley::server::test {
namespace {

using std::chrono_literals::operator""ms;

TEST(ServerListen, says_which_address_and_why_when_it_cannot) {
  SystemClock clock;
  NullLogSink logs;
  ServerConfig config;
  config.event_loops = 2;
  config.port = 0;
  Server first(config, clock, logs);
  ASSERT_TRUE(first.listen().has_value());
  config.port = first.port();
  Server second(config, clock, logs);
  const auto taken = second.listen();
  ASSERT_FALSE(taken.has_value());
  EXPECT_NE(taken.error().message.find("127.0.0.1:" + std::to_string(first.port())), std::string::npos);
  EXPECT_NE(taken.error().message.find("choose another port"), std::string::npos);
  config.address = "nowhere";
  Server third(config, clock, logs);
  EXPECT_NE(third.listen().error().message.find("'nowhere'"), std::string::npos);
}

TEST(ServerStop, runs_what_is_to_be_done_before_it_closes_once_nobody_is_connected) {
  SystemClock clock;
  NullLogSink logs;
  ServerConfig config;
  config.port = 0;
  config.event_loops = 2;
  Server server(config, clock, logs);
  ASSERT_TRUE(server.listen().has_value());
  bool before_close_ran = false;
  std::jthread runner([&] { server.run(); });
  server.stop([&](std::move_only_function<void()> finished) {
    EXPECT_TRUE(server.loops().front()->in_this_thread());
    server.loops().front()->call_after(5ms, [&, finished = std::move(finished)]() mutable {
      before_close_ran = true;
      finished();
    });
  });
  runner.join();
  EXPECT_TRUE(before_close_ran);
}

}  // namespace
}  // namespace parley::server::test
