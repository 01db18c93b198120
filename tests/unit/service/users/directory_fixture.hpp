// A service that reads its users from the user store.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "unit/service/world.hpp"

namespace parley::test {

inline service::ServiceConfig directory_config() {
  auto config = World::unlimited();
  config.identity = service::IdentitySource::directory;
  return config;
}

/// The user store has the same data as the tokens, until a test changes it.
class FromDirectory : public ::testing::Test {
 protected:
  explicit FromDirectory(service::ServiceConfig config = directory_config()) : world(std::move(config)) {
    for (const auto& [name, user] : world.authenticator.users) world.store.put_user(user);
  }

  /// Changes the user of that name in the store with `change`.
  template <typename Change>
  void change(const std::string& name, Change change) {
    User user = world.authenticator.users.at(name);
    change(user);
    world.store.put_user(user);
  }
  void give_role(const std::string& name, const std::string& role) {
    change(name, [&](User& user) { user.role = {role}; });
  }
  std::unique_ptr<Socket> connected(const std::string& name, std::size_t loop = 0) {
    auto socket = world.connect(name, loop);
    world.run();
    return socket;
  }
  std::string refusal_of(const std::string& name) { return connected(name)->refusal; }
  /// The answer to a socket that requests a session with the patient.
  std::string answer_to_create(Socket& doctor) {
    doctor.emit("create-session", "{\"patientId\":\"" + id_of("patient").to_string() + "\"}", 1);
    world.run();
    return doctor.take().front();
  }
  [[nodiscard]] UserId id_of(const std::string& name) const { return world.authenticator.users.at(name).id; }
  template <typename T, typename Start>
  Result<T> ask(Start start) {
    auto [answer, done] = expect_answer<T>();
    start(std::move(done));
    world.run();
    EXPECT_TRUE(answer->has_value()) << "no answer";
    return std::move(**answer);
  }
  Result<domain::SessionView> create(const UserId& patient) {
    return ask<domain::SessionView>([&](auto done) {
      world.service->create_session(*world.loops[0], world.caller("doctor"), {text_field(patient.to_string()), {}}, std::move(done));
    });
  }
  Result<std::vector<domain::SessionView>> active_sessions() {
    auto list = ask<service::OpenSessionsList>(
        [&](auto done) { world.service->active_sessions(*world.loops[0], world.caller("doctor"), std::nullopt, std::move(done)); });
    if (!list) return std::unexpected(list.error());
    return std::move(list->sessions);
  }
  Result<service::SignallingList> signalling(const SessionId& session) {
    return ask<service::SignallingList>([&](auto done) {
      world.service->read_signalling(*world.loops[0], world.caller("doctor"), {field(session), {.limit = 10}}, std::move(done));
    });
  }

  World world;
};

}  // namespace parley::test
