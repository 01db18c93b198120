// Runs the program as a child process and reads its output. Every wait has a bound, so that a hanging test fails.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace parley::test {

class ChildProcess {
 public:
  /// `arguments` follow the program's name. `environment` (`NAME=value`) is added to this process's, which loses its PARLEY_ names.
  explicit ChildProcess(std::vector<std::string> arguments, std::vector<std::string> environment = {});
  ~ChildProcess();  // kills the child if it still runs
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Reads until the output (both streams) contains `part`. False when the program ends first, or 60 s after its start.
  bool wait_for(std::string_view part);
  /// Reads to the end and returns the exit code; 128 + the signal number if a signal killed the program.
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

/// Runs the program to its end.
struct Finished {
  int exit_code;
  std::string output;
};
[[nodiscard]] Finished run(std::vector<std::string> arguments, std::vector<std::string> environment = {});

}  // namespace parley::test
