// A real mongod (tools/install-mongod.sh) for tests: standalone or a replica set, on free ports of 127.0.0.1, in a temporary folder. It
// ends with the process that started it, even when that is killed.
//
// Waiting   Every call returns when what it says is so (a member answers, there is a primary), and throws std::runtime_error with the end
// of the
//           member's log when it is not within half a minute.
// Threads   One at a time. Members end with the thread that starts them (PR_SET_PDEATHSIG), so start them on the thread that runs the
// tests. Answers   Commands and answers are extended JSON, so that no header of the driver is needed here.
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

/// What a command was answered; a refusal is an answer too.
struct CommandAnswer {
  bool ok = false;
  std::string json;   // the answer; empty when none came
  std::string error;  // the driver's words when it is not ok

  /// A field by its dotted path, 0 and "" where there is none: number("n"), text("writeErrors.0.errmsg"). An ObjectId is a text too.
  [[nodiscard]] std::int64_t number(std::string_view path) const;
  [[nodiscard]] std::string text(std::string_view path) const;
};

struct MongodOptions {
  int members = 0;     // 0: a standalone; n: a replica set of n
  bool gated = false;  // a TcpGate before each member; the set's own addresses are the gates, so members meet through them too
  std::vector<std::string> arguments;  // more for each mongod
  std::filesystem::path folder;        // for the data, left to its owner; empty: a new one below the build folder, removed at the end
};

class MongodProcess {
 public:
  explicit MongodProcess(MongodOptions options = {});
  ~MongodProcess();  // kill -9
  MongodProcess(const MongodProcess&) = delete;
  MongodProcess& operator=(const MongodProcess&) = delete;

  /// For a driver, `options` behind what is needed: uri("w=majority&appName=parley-write").
  [[nodiscard]] std::string uri(std::string_view options = {}) const;
  /// One member alone, past its gate and whatever its state (directConnection).
  [[nodiscard]] std::string member_uri(int member) const;
  /// Where it listens on 127.0.0.1, for a TcpGate of the test's own.
  [[nodiscard]] std::uint16_t port(int member = 0) const;
  /// A name that nobody has had, so that a server can be shared by many tests.
  [[nodiscard]] std::string fresh_database();
  [[nodiscard]] int size() const { return static_cast<int>(members_.size()); }
  [[nodiscard]] TcpGate& gate(int member = 0) { return *gates_.at(static_cast<std::size_t>(member)); }

  void kill_9(int member);
  /// SIGTERM; returns when it has ended.
  void stop(int member);
  /// SIGSTOP: its connections stay open and nothing is answered.
  void pause(int member);
  void resume(int member);
  /// On the same port and data. Returns when it answers, in a replica set as primary or secondary.
  void start_again(int member);
  [[nodiscard]] bool alive(int member) const;

  /// Waits until there is a primary among those that run. 0 for a standalone.
  [[nodiscard]] int primary_index();
  /// Makes another member primary and says which.
  int step_down();
  /// Waits until every member is primary or secondary and exactly one is primary.
  void wait_until_whole();

  /// The command `{configureFailPoint: …, mode: …, data: …}` at that member.
  void configure_fail_point(int member, std::string_view json);
  /// Sets this fail point's mode to off.
  void clear_fail_point(int member, std::string_view name);
  /// Undoes every fault: gates, fail points, paused and dead members; returns when all are well.
  void heal();

  /// At one member, past its gate.
  CommandAnswer command(int member, std::string_view database, std::string_view json);
  /// At the primary.
  CommandAnswer command(std::string_view database, std::string_view json) { return command(primary_index(), database, json); }
  [[nodiscard]] std::string log(int member) const;

 private:
  void initiate();
  [[nodiscard]] std::string address(int member) const;
  void wait_until_member(int member);
  /// Who says to be primary, the one of the last election first.
  [[nodiscard]] std::vector<int> writable_members();
  MongodMember& at(int member) const { return *members_.at(static_cast<std::size_t>(member)); }

  MongodOptions options_;
  std::filesystem::path folder_;
  std::vector<std::unique_ptr<MongodMember>> members_;
  std::vector<std::unique_ptr<TcpGate>> gates_;
  std::set<std::pair<int, std::string>> fail_points_;
  int databases_ = 0;
};

/// Started once a test binary, when first asked for. A test that breaks one says heal() when it is done.
class SharedMongod {
 public:
  static MongodProcess& standalone();
  static MongodProcess& replica_set(int members);
  static MongodProcess& gated_replica_set(int members);
};

}  // namespace parley::test
