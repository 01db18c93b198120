// Runs the program as a child and reads what it says. Waiting has a bound, so that a test that would hang fails instead.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace parley::test {

class ChildProcess {
 public:
  /// `arguments` go behind the program's name; `environment` (`NAME=value`) is added to this process's, without its PARLEY_ names.
  explicit ChildProcess(std::vector<std::string> arguments, std::vector<std::string> environment = {});
  ~ChildProcess();  // kills what still runs
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Reads until the output (both streams) holds `part`; false when the program ends or half a minute passes before.
  bool wait_for(std::string_view part);
  /// Reads to the end and gives the exit code; 128 + the signal when it died of one.
  int wait();
  void signal(int number) const;
  [[nodiscard]] pid_t id() const { return process_; }

  [[nodiscard]] const std::string& output() const { return output_; }

 private:
  enum class Progress { more, ended, late };
  Progress read_some();

  pid_t process_ = -1;
  int pipe_ = -1;
  std::string output_;
  std::chrono::steady_clock::time_point deadline_;
};

/// Runs to the end.
struct Finished {
  int exit_code;
  std::string output;
};
[[nodiscard]] Finished run(std::vector<std::string> arguments, std::vector<std::string> environment = {});

}  // namespace parley::test
