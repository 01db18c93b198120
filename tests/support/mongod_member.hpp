// One mongod process: started, signalled, waited for. Knows nothing of replica sets.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::test {

/// Looks every few milliseconds until it is so; false after half a minute.
[[nodiscard]] bool wait_until(const std::function<bool()>& so);

class MongodMember {
 public:
  MongodMember(std::filesystem::path folder, std::vector<std::string> arguments);
  ~MongodMember();  // kill -9
  MongodMember(const MongodMember&) = delete;
  MongodMember& operator=(const MongodMember&) = delete;

  /// Starts the process, on a free port the first time and on the same ever after.
  void begin();
  /// Returns when it answers a ping. Begins anew on another port when somebody was faster to take the first one.
  void wait_until_serving();
  void signal(int number);
  /// SIGSTOP, returns when it stands still; SIGCONT.
  void pause();
  void resume();
  /// Waits until it has ended.
  void wait_for_end();

  [[nodiscard]] bool alive();
  [[nodiscard]] bool paused() const { return paused_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string uri() const;
  [[nodiscard]] std::string log() const;
  /// For an exception: the message, and the end of the log.
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
