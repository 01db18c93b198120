// A real mongod (tools/install-mongod.sh) for tests: a standalone server or a replica set, on free ports of 127.0.0.1, in a temporary
// folder. It ends with the process that started it, even if that process is killed.
//
// Waiting   A call returns when its result holds: for example, a member answers, or there is a primary.
//           After half a minute without the result, the call throws std::runtime_error.
//           The exception contains the end of the member's log.
// Threads   One at a time. Members end with the thread that starts them (PR_SET_PDEATHSIG), so start them on the thread of the tests.
// Answers   Commands and answers are extended JSON, so that this header needs none of the driver's headers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/tcp_gate.hpp"

namespace parley::test {

class MongodMember;

/// The answer to a command. A refusal is an answer too.
struct CommandAnswer {
  bool ok = false;
  std::string json;   // the answer; empty if none arrived
  std::string error;  // the driver's message if it is not ok

  /// A field by its dotted path, or 0 and "" if absent: number("n"), text("writeErrors.0.errmsg"). text() also reads an ObjectId.
  [[nodiscard]] std::int64_t number(std::string_view path) const;
  [[nodiscard]] std::string text(std::string_view path) const;
};

struct MongodOptions {
  int members = 0;     // 0: a standalone; n: a replica set of n
  bool gated = false;  // a TcpGate in front of each member; the set uses the gates' addresses, so members also connect through them
  std::vector<std::string> arguments;  // additional arguments for each mongod
  std::filesystem::path folder;        // for the data; the caller removes it. Empty: a new folder in the build folder, removed at the end
};

class MongodProcess {
 public:
  explicit MongodProcess(MongodOptions options = {});
  ~MongodProcess();  // kill -9
  MongodProcess(const MongodProcess&) = delete;
  MongodProcess& operator=(const MongodProcess&) = delete;

  /// The URI for a driver, with `options` after the required ones: uri("w=majority&appName=parley-write").
  [[nodiscard]] std::string uri(std::string_view options = {}) const;
  /// One member alone, without its gate and in any state (directConnection).
  [[nodiscard]] std::string member_uri(int member) const;
  /// The member's port on 127.0.0.1, for a TcpGate that the test makes.
  [[nodiscard]] std::uint16_t port(int member = 0) const;
  /// A name that is not used yet, so that many tests can share a server.
  [[nodiscard]] std::string fresh_database();
  [[nodiscard]] int size() const { return static_cast<int>(members_.size()); }
  [[nodiscard]] TcpGate& gate(int member = 0) { return *gates_.at(static_cast<std::size_t>(member)); }

  void kill_9(int member);
  /// Sends SIGTERM and returns when the member has ended.
  void stop(int member);
  /// Sends SIGSTOP: the member's connections stay open and it answers nothing.
  void pause(int member);
  void resume(int member);
  /// Restarts the member on the same port and data. Returns when it answers, in a replica set as primary or secondary.
  void start_again(int member);
  [[nodiscard]] bool alive(int member) const;

  /// Waits until one of the running members is primary. Returns 0 for a standalone.
  [[nodiscard]] int primary_index();
  /// Makes another member primary and returns its index.
  int step_down();
  /// Waits until every member is primary or secondary and exactly one is primary.
  void wait_until_whole();

  /// Runs the command `{configureFailPoint: …, mode: …, data: …}` at that member.
  void configure_fail_point(int member, std::string_view json);
  /// Sets this fail point's mode to off.
  void clear_fail_point(int member, std::string_view name);
  /// Removes every fault: gates, fail points, paused and dead members. Returns when all members work.
  void heal();

  /// Runs a command at one member, without its gate.
  CommandAnswer command(int member, std::string_view database, std::string_view json);
  /// Runs a command at the primary.
  CommandAnswer command(std::string_view database, std::string_view json) { return command(primary_index(), database, json); }
  [[nodiscard]] std::string log(int member) const;

 private:
  void initiate();
  [[nodiscard]] std::string address(int member) const;
  void wait_until_member(int member);
  /// The members that report to be primary, the one of the newest election first.
  [[nodiscard]] std::vector<int> writable_members();
  MongodMember& at(int member) const { return *members_.at(static_cast<std::size_t>(member)); }

  MongodOptions options_;
  std::filesystem::path folder_;
  std::vector<std::unique_ptr<MongodMember>> members_;
  std::vector<std::unique_ptr<TcpGate>> gates_;
  std::set<std::pair<int, std::string>> fail_points_;
  int databases_ = 0;
};

/// Servers that a test binary starts once, at first use. A test that breaks one must call heal() at its end.
class SharedMongod {
 public:
  static MongodProcess& standalone();
  static MongodProcess& replica_set(int members);
  static MongodProcess& gated_replica_set(int members);
};

}  // namespace parley::test
