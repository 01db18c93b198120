#include "child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace parley::test {

namespace {

constexpr auto patience = std::chrono::seconds{60};  // a bound so that a hanging test fails; it is not a measurement

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (auto& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

ChildProcess::ChildProcess(std::vector<std::string> arguments, std::vector<std::string> environment)
    : deadline_(std::chrono::steady_clock::now() + patience) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
  arguments.insert(arguments.begin(), PARLEY_BINARY_DIR "/parley");
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (!std::string_view(*variable).starts_with("PARLEY_")) environment.emplace_back(*variable);
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  const int failure =
      posix_spawn(&process_, arguments[0].c_str(), &actions, nullptr, pointers(arguments).data(), pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  pipe_ = ends[0];
  if (failure != 0) throw std::runtime_error("cannot run " + arguments[0]);
}

ChildProcess::~ChildProcess() {
  close(pipe_);
  if (process_ <= 0) return;
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

ChildProcess::Progress ChildProcess::read_some() {
  pollfd wanted{pipe_, POLLIN, 0};
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
  if (left.count() <= 0 || poll(&wanted, 1, static_cast<int>(left.count())) == 0) return Progress::late;
  char bytes[4096];
  const auto count = read(pipe_, bytes, sizeof(bytes));
  if (count <= 0) return Progress::ended;
  output_.append(bytes, static_cast<std::size_t>(count));
  return Progress::more;
}

bool ChildProcess::wait_for(std::string_view part) {
  while (output_.find(part) == std::string::npos) {
    if (read_some() != Progress::more) return false;
  }
  return true;
}

int ChildProcess::wait() {
  while (true) {
    const auto progress = read_some();
    if (progress == Progress::ended) break;
    if (progress == Progress::late) throw std::runtime_error("the program does not end; it said: " + output_);
  }
  int status = 0;
  waitpid(process_, &status, 0);
  process_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void ChildProcess::signal(int number) const {
  kill(process_, number);
}

Finished run(std::vector<std::string> arguments, std::vector<std::string> environment) {
  ChildProcess child(std::move(arguments), std::move(environment));
  const int exit_code = child.wait();
  return {exit_code, child.output()};
}

}  // namespace parley::test
