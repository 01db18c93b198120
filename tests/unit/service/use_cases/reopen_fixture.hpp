// A room whose session has ended, on a server that lets sessions be reopened.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "unit/service/world.hpp"

namespace parley::test {

inline service::ServiceConfig reopened_by(service::ReopeningConfig::By by, std::chrono::hours within = std::chrono::hours(24)) {
  auto config = World::unlimited();
  config.reopening = {by, within};
  return config;
}

/// `reopened`, or the message of the refusal.
inline std::string text_of(const Result<domain::SessionView>& result) {
  return result ? "reopened" : result.error().message;
}

/// A room whose session the doctor has ended. The packets of the end are dropped.
struct EndedRoom : Room {
  explicit EndedRoom(service::ReopeningConfig::By by = service::ReopeningConfig::By::creator,
                     std::chrono::hours within = std::chrono::hours(24))
      : Room(reopened_by(by, within)) {
    world.clock.advance(std::chrono::seconds(10));
    world.end("doctor", session).value();
    doctor->take(), patient->take();
  }
  std::string user(const std::string& name) { return world.authenticator.users.at(name).id.to_string(); }
  std::string reopened_event(const std::string& name) {
    return "42[\"session-reopened\",{\"sessionId\":\"" + session.to_string() + "\",\"reopenedBy\":\"" + user(name) + "\"}]";
  }
  std::vector<domain::EntryKind> kinds() {
    std::vector<domain::EntryKind> kinds;
    for (const auto& entry : world.log_of(session)) kinds.push_back(entry.core.kind);
    return kinds;
  }
};

}  // namespace parley::test
