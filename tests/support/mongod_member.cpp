#include "support/mongod_member.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "support/free_port.hpp"
#include "support/mongod_command.hpp"

namespace parley::test {

namespace {

constexpr auto patience = std::chrono::seconds{30};  // a bound so that a hanging test fails; it is not a measurement
constexpr auto look_again = std::chrono::milliseconds{5};
constexpr std::size_t log_end_bytes = 4'000;
constexpr int ports_tried_max = 20;

std::string program() {
  const char* chosen = std::getenv("MONGOD");
  std::string path = chosen != nullptr && *chosen != '\0' ? chosen : PARLEY_SOURCE_DIR "/build/mongod/bin/mongod";
  if (access(path.c_str(), X_OK) != 0) throw std::runtime_error("no mongod at " + path + ": run tools/install-mongod.sh, or set MONGOD");
  return path;
}

/// Runs in the child. It may call only functions that are safe between fork and exec.
[[noreturn]] void become(const char* path, char* const* arguments, int output, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // the parent died before the prctl call
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  execv(path, arguments);
  _exit(127);
}

}  // namespace

bool wait_until(const std::function<bool()>& so) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!so()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(look_again);
  }
  return true;
}

MongodMember::MongodMember(std::filesystem::path folder, std::vector<std::string> arguments)
    : folder_(std::move(folder)), arguments_(std::move(arguments)) {
  std::filesystem::create_directories(folder_ / "data");
}

MongodMember::~MongodMember() {
  if (process_ <= 0) return;
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

void MongodMember::wait_until_serving() {
  for (int tried = 0; tried < ports_tried_max; ++tried) {
    if (!wait_until([&] { return !alive() || ask_mongod(uri(), "admin", R"({"ping": 1})").ok; }))
      throw std::runtime_error(said("does not answer"));
    if (process_ > 0) {
      has_served_ = true;
      return;
    }
    if (has_served_ || !lost_its_port()) break;
    begin();
  }
  throw std::runtime_error(said("ended at its start"));
}

void MongodMember::begin() {
  if (!has_served_) port_ = free_port();
  const std::string path = program();
  std::vector<std::string> words{path, "--dbpath", folder_ / "data", "--port", std::to_string(port_), "--bind_ip", "127.0.0.1",
                                 "--nounixsocket", "--logpath", folder_ / "log", "--logappend", "--wiredTigerCacheSizeGB", "0.25",
                                 "--setParameter", "enableTestCommands=1", "--setParameter", "diagnosticDataCollectionEnabled=false",
                                 // Tests use a clock of their own, so their data must not expire by the database's clock.
                                 "--setParameter", "ttlMonitorEnabled=false",
                                 // By default a stopping member waits 15 s for its clients to find another.
                                 "--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100"};
  words.insert(words.end(), arguments_.begin(), arguments_.end());
  std::vector<char*> pointers;
  std::transform(words.begin(), words.end(), std::back_inserter(pointers), [](std::string& word) { return word.data(); });
  pointers.push_back(nullptr);
  const int output = open((folder_ / "output").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (output < 0) throw std::system_error(errno, std::generic_category(), (folder_ / "output").string());
  const pid_t parent = getpid();
  process_ = fork();
  if (process_ == 0) become(path.c_str(), pointers.data(), output, parent);
  close(output);
  if (process_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
}

bool MongodMember::lost_its_port() const {
  return log().find("Address already in use") != std::string::npos;
}

void MongodMember::signal(int number) {
  if (alive()) kill(process_, number);
}

void MongodMember::pause() {
  signal(SIGSTOP);
  if (process_ > 0 && waitpid(process_, nullptr, WUNTRACED) != process_) throw std::runtime_error(said("does not stand still"));
  paused_ = true;
}

void MongodMember::resume() {
  signal(SIGCONT);
  paused_ = false;
}

void MongodMember::wait_for_end() {
  if (!wait_until([&] { return !alive(); })) throw std::runtime_error(said("does not end"));
}

bool MongodMember::alive() {
  if (process_ > 0 && waitpid(process_, nullptr, WNOHANG) == process_) {
    process_ = -1;
    paused_ = false;
  }
  return process_ > 0;
}

std::string MongodMember::uri() const {
  return "mongodb://127.0.0.1:" + std::to_string(port_) +
         "/?directConnection=true&serverSelectionTimeoutMS=2000&connectTimeoutMS=2000&socketTimeoutMS=30000&appName=parley-tests";
}

std::string MongodMember::log() const {
  std::ifstream file(folder_ / "log");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string MongodMember::said(std::string_view what) const {
  std::ifstream file(folder_ / "output");
  const std::string text = log() + std::string(std::istreambuf_iterator<char>(file), {});
  return "mongod in " + folder_.string() + " " + std::string(what) + "; its log ends:\n" +
         text.substr(text.size() > log_end_bytes ? text.size() - log_end_bytes : 0);
}

}  // namespace parley::test
