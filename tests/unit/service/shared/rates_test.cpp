// How often a user may create, join, read and end sessions: counted by user, over every transport and socket.
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "unit/service/world.hpp"

namespace parley::test {
namespace {

using ::testing::ElementsAre;
using ::testing::Not;

/// Limits a doctor to `limit` attempts to create in limits::session_create_window. Everything else is unlimited.
service::ServiceConfig creations_limited_to(std::uint32_t limit) {
  auto config = World::unlimited();
  config.rates.creation = limit;
  return config;
}

std::string too_many_creations(int seconds) {
  return "\"error\":\"Too many session creation attempts, please wait.\",\"code\":\"rate_limited\",\"retryAfter\":" +
         std::to_string(seconds);
}

TEST(CreateRate, counts_the_attempts_of_a_user_over_every_transport) {
  World world(creations_limited_to(3));
  world.introduce("other doctor", "doctor");
  const std::string patient = "{\"patientId\":\"" + world.authenticator.users["patient"].id.to_string() + "\"}";
  auto one = world.connect("doctor", 0);
  auto two = world.connect("doctor", 1, "198.51.100.7");
  const auto create = [&](Socket& socket, const std::string& json) {
    socket.emit("create-session", json, 1);
    world.run();
    return socket.take().back();
  };
  EXPECT_THAT(create(*one, patient), Contains("\"success\":true"));
  EXPECT_THAT(create(*two, "{}"), Contains("Patient ID is required")) << "an attempt, too";
  const auto third = world.start_creating("doctor", "patient", 1);
  world.run();
  EXPECT_EQ((*third)->error().message, "Active session already exists");
  world.clock.advance(std::chrono::seconds(100));
  EXPECT_THAT(create(*one, patient), Contains(too_many_creations(200)));
  EXPECT_THAT(create(*two, patient), Contains(too_many_creations(200)));
  const auto by_rest = world.start_creating("doctor", "patient", 1);
  world.run();
  EXPECT_EQ((*by_rest)->error().code, ErrorCode::rate_limited);
  EXPECT_EQ((*by_rest)->error().retry_after_ms, 200'000);
  auto nobody = world.connect("patient");
  EXPECT_THAT(create(*nobody, patient), Contains("Only doctors can create sessions"));
  EXPECT_THAT(create(*world.connect("other doctor"), patient), Contains("\"success\":true")) << "users count apart";
  one->disconnect(), two->disconnect();
  EXPECT_THAT(create(*world.connect("doctor"), patient), Contains(too_many_creations(200))) << "the window survives a disconnect";
  EXPECT_EQ(world.service->counts().refused_rate_limited, 4u);
  world.clock.advance(limits::session_create_window - std::chrono::seconds(100));
  EXPECT_THAT(create(*world.connect("doctor"), patient), Contains("Active session already exists"));
}

/// Expects that `event` is refused from the third one on.
void expect_two_in_a_minute(World& world, const std::string& event, const std::string& json, const std::string& refusal) {
  auto one = world.connect("doctor", 0);
  auto two = world.connect("doctor", 1);
  const auto emit = [&](Socket& socket) {
    socket.take();
    socket.emit(event, json, 1);
    world.run();
    return socket.take().front();
  };
  EXPECT_THAT(emit(*one), Not(Contains("rate_limited")));
  EXPECT_THAT(emit(*two), Not(Contains("rate_limited")));
  const std::string refused = "431[{\"success\":false,\"error\":\"" + refusal + "\",\"code\":\"rate_limited\",\"retryAfter\":60}]";
  EXPECT_EQ(emit(*one), refused);
  EXPECT_EQ(emit(*two), refused);
  EXPECT_THAT(emit(*world.connect("patient")), Not(Contains("rate_limited"))) << "users count apart";
  world.clock.advance(limits::rate_window);
  EXPECT_THAT(emit(*one), Not(Contains("rate_limited")));
}

TEST(EventRate, of_joins_entries_and_ends_is_that_of_the_user) {
  auto config = World::unlimited();
  config.rates.join_session = config.rates.entries = config.rates.end_session = 2;
  World world(config);
  const std::string json = session_json(world.create());
  expect_two_in_a_minute(world, "join-session", json, "Rate limit exceeded for joins");
  expect_two_in_a_minute(world, "entries", json, "Rate limit exceeded for entries");
  expect_two_in_a_minute(world, "end-session", json, "Rate limit exceeded for ended sessions");
}

TEST(EventRate, of_ends_is_told_as_an_error_event_too) {
  auto config = World::unlimited();
  config.rates.end_session = 1;
  World world(config);
  auto doctor = world.connect("doctor");
  for (int count = 0; count < 2; ++count) doctor->emit("end-session", session_json(world.create()));
  world.run();
  EXPECT_THAT(doctor->take(), ElementsAre("42[\"error\",{\"message\":\"Rate limit exceeded for ended sessions\"}]"));
}

TEST(EventRate, is_never_met_by_clients_that_come_back_and_walk_a_long_log) {
  const service::EventRates rates;
  constexpr std::uint32_t sockets = limits::connections_per_user_max;
  EXPECT_GE(rates.join_session, 5 * sockets * limits::joined_sessions_max) << "each socket joins all its sessions, five times a minute";
  EXPECT_GE(rates.entries, sockets * 20'000 / limits::socket_entries_max) << "each socket walks a log of 20,000 entries";
  EXPECT_GE(rates.end_session, 5 * sockets);
}

}  // namespace
}  // namespace parley::test
