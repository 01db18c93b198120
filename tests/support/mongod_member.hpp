// One mongod process: starts it, sends signals, waits for it. Knows nothing of replica sets.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::test {

/// Checks every few milliseconds until `so` returns true. False after half a minute.
[[nodiscard]] bool wait_until(const std::function<bool()>& so);

class MongodMember {
 public:
  MongodMember(std::filesystem::path folder, std::vector<std::string> arguments);
  ~MongodMember();  // kill -9
  MongodMember(const MongodMember&) = delete;
  MongodMember& operator=(const MongodMember&) = delete;

  /// Starts the process, on a free port. After it has served once, it keeps the port.
  void begin();
  /// Returns when the process answers a ping. Starts it again on another port if another process took the first one.
  void wait_until_serving();
  void signal(int number);
  /// Sends SIGSTOP and returns when the process has stopped. `resume` sends SIGCONT.
  void pause();
  void resume();
  /// Waits until the process has ended.
  void wait_for_end();

  [[nodiscard]] bool alive();
  [[nodiscard]] bool paused() const { return paused_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string uri() const;
  [[nodiscard]] std::string log() const;
  /// The text of an exception: the message, and the end of the log.
  [[nodiscard]] std::string said(std::string_view what) const;

 private:
  [[nodiscard]] bool lost_its_port() const;

  std::filesystem::path folder_;
  std::vector<std::string> arguments_;
  std::uint16_t port_ = 0;
  bool has_served_ = false;
  bool paused_ = false;
  pid_t process_ = -1;
};

}  // namespace parley::test
