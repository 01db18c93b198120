#include "support/mongod.hpp"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <map>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "support/mongod_command.hpp"
#include "support/mongod_member.hpp"

namespace parley::test {

namespace {

constexpr const char* set_name = "parley-test";
/// These settings replace a lost primary within seconds. A new primary waits for the state of a silent member up to the heartbeat timeout,
/// so that is short too.
constexpr const char* set_settings =
    R"("settings": {"electionTimeoutMillis": 1000, "heartbeatIntervalMillis": 500, "heartbeatTimeoutSecs": 2})";

/// Removes the folders of killed test binaries. A folder's name contains the id of its process.
void remove_folders_of_the_dead(const std::filesystem::path& parent) {
  std::error_code unreadable;
  for (const auto& entry : std::filesystem::directory_iterator(parent, unreadable)) {
    const int owner = std::atoi(entry.path().filename().c_str());
    if (owner > 0 && kill(owner, 0) != 0 && errno == ESRCH) std::filesystem::remove_all(entry.path(), unreadable);
  }
}

std::filesystem::path new_folder() {
  static int count = 0;
  const std::filesystem::path parent = PARLEY_BINARY_DIR "/mongod-data";
  remove_folders_of_the_dead(parent);
  auto folder = parent / (std::to_string(getpid()) + "-" + std::to_string(count++));
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

std::vector<std::string> arguments_for(const MongodOptions& options) {
  auto arguments = options.arguments;
  if (options.members > 0) arguments.insert(arguments.end(), {"--replSet", set_name, "--oplogSize", "256"});
  return arguments;
}

}  // namespace

MongodProcess::MongodProcess(MongodOptions options)
    : options_(std::move(options)), folder_(options_.folder.empty() ? new_folder() : options_.folder) {
  const int count = options_.members > 0 ? options_.members : 1;
  for (int member = 0; member < count; ++member) {
    members_.push_back(std::make_unique<MongodMember>(folder_ / std::to_string(member), arguments_for(options_)));
    at(member).begin();
  }
  for (int member = 0; member < count; ++member) {
    at(member).wait_until_serving();
    if (options_.gated) gates_.push_back(std::make_unique<TcpGate>(at(member).port()));
  }
  if (options_.members > 0) initiate();
}

MongodProcess::~MongodProcess() {
  gates_.clear();
  members_.clear();
  std::error_code ignored;  // the next run removes the folders that cannot be removed now
  if (options_.folder.empty()) std::filesystem::remove_all(folder_, ignored);
}

void MongodProcess::initiate() {
  std::ostringstream asked;
  asked << R"({"replSetInitiate": {"_id": ")" << set_name << R"(", )" << set_settings << R"(, "members": [)";
  for (int member = 0; member < size(); ++member) {
    asked << (member > 0 ? ", " : "") << R"({"_id": )" << member << R"(, "host": ")" << address(member) << R"("})";
  }
  asked << "]}}";
  const auto answer = command(0, "admin", asked.str());
  // A folder that was used before has its replica set already.
  if (!answer.ok && answer.text("codeName") != "AlreadyInitialized")
    throw std::runtime_error(at(0).said("refuses the set: " + answer.error));
  wait_until_whole();
}

std::string MongodProcess::address(int member) const {
  const auto port = options_.gated ? gates_.at(static_cast<std::size_t>(member))->port() : at(member).port();
  return "127.0.0.1:" + std::to_string(port);
}

std::string MongodProcess::uri(std::string_view options) const {
  std::string text = "mongodb://";
  for (int member = 0; member < size(); ++member) text += (member > 0 ? "," : "") + address(member);
  text += "/?";
  text += options_.members > 0 ? std::string("replicaSet=") + set_name : "directConnection=true";
  if (!options.empty()) text += "&" + std::string(options);
  return text;
}

std::string MongodProcess::member_uri(int member) const {
  return at(member).uri();
}

std::uint16_t MongodProcess::port(int member) const {
  return at(member).port();
}

std::string MongodProcess::fresh_database() {
  return "parley_test_" + std::to_string(++databases_);
}

void MongodProcess::kill_9(int member) {
  at(member).signal(SIGKILL);
  at(member).wait_for_end();
}

void MongodProcess::stop(int member) {
  at(member).signal(SIGTERM);
  at(member).wait_for_end();
}

void MongodProcess::pause(int member) {
  at(member).pause();
}
void MongodProcess::resume(int member) {
  at(member).resume();
}

void MongodProcess::start_again(int member) {
  if (at(member).alive()) throw std::logic_error("start_again: this member runs");
  at(member).begin();
  at(member).wait_until_serving();
  wait_until_member(member);
}

bool MongodProcess::alive(int member) const {
  return at(member).alive();
}

void MongodProcess::wait_until_member(int member) {
  const auto takes_part = [&] {
    const auto answer = command(member, "admin", R"({"hello": 1})");
    return answer.ok && (answer.number("isWritablePrimary") != 0 || answer.number("secondary") != 0);
  };
  if (!wait_until(takes_part)) throw std::runtime_error(at(member).said("does not become primary or secondary"));
}

std::vector<int> MongodProcess::writable_members() {
  std::map<std::string, int, std::greater<>>
      found;  // ordered by election id, which grows with the term: a paused primary may not know of a newer one
  for (int member = 0; member < size(); ++member) {
    if (!at(member).alive() || at(member).paused()) continue;
    const auto answer = command(member, "admin", R"({"hello": 1})");
    if (answer.number("isWritablePrimary") != 0) found.emplace(answer.text("electionId"), member);
  }
  std::vector<int> members;
  for (const auto& [election, member] : found) members.push_back(member);
  return members;
}

int MongodProcess::primary_index() {
  std::vector<int> found;
  if (!wait_until([&] { return !(found = writable_members()).empty(); })) throw std::runtime_error(at(0).said("has no primary in its set"));
  return found.front();
}

int MongodProcess::step_down() {
  const int before = primary_index();
  // The member cannot be elected for three seconds, while the set elects another. In a set of one, only it can become primary again.
  const auto answer = command(before, "admin",
                              size() > 1 ? R"({"replSetStepDown": 3, "secondaryCatchUpPeriodSecs": 2, "force": true})"
                                         : R"({"replSetStepDown": 1, "secondaryCatchUpPeriodSecs": 0, "force": true})");
  if (!answer.ok) throw std::runtime_error(at(before).said("does not step down: " + answer.error));
  std::vector<int> found;
  const auto another = [&] { return !(found = writable_members()).empty() && (found.front() != before || size() == 1); };
  if (!wait_until(another)) throw std::runtime_error(at(before).said("was not followed by another primary"));
  return found.front();
}

void MongodProcess::wait_until_whole() {
  for (int member = 0; member < size(); ++member) {
    wait_until_member(member);
  }
  if (!wait_until([&] { return writable_members().size() == 1; })) throw std::runtime_error(at(0).said("is in a set without one primary"));
}

void MongodProcess::configure_fail_point(int member, std::string_view json) {
  const auto answer = command(member, "admin", json);
  if (!answer.ok) throw std::runtime_error(at(member).said("refuses the fail point: " + answer.error));
  fail_points_.emplace(member, first_text(json));
}

void MongodProcess::clear_fail_point(int member, std::string_view name) {
  const auto answer = command(member, "admin", R"({"configureFailPoint": ")" + std::string(name) + R"(", "mode": "off"})");
  if (!answer.ok) throw std::runtime_error(at(member).said("refuses the fail point: " + answer.error));
  fail_points_.erase({member, std::string(name)});
}

void MongodProcess::heal() {
  for (const auto& gate : gates_) gate->heal();
  for (int member = 0; member < size(); ++member) {
    if (!at(member).alive()) {
      std::erase_if(fail_points_, [&](const auto& set) { return set.first == member; });
      at(member).begin();
      at(member).wait_until_serving();
    }
    if (at(member).paused()) at(member).resume();
  }
  while (!fail_points_.empty()) {
    const auto [member, name] = *fail_points_.begin();
    clear_fail_point(member, name);
  }
  wait_until_whole();
}

CommandAnswer MongodProcess::command(int member, std::string_view database, std::string_view json) {
  return ask_mongod(at(member).uri(), database, json);
}

std::string MongodProcess::log(int member) const {
  return at(member).log();
}

namespace {

/// Ends with the process that started the server. A fork that exits (a death test) does not end it.
struct Shared {
  explicit Shared(MongodOptions options) : process(std::make_unique<MongodProcess>(std::move(options))) {}
  ~Shared() {
    if (getpid() != owner) static_cast<void>(process.release());
  }
  pid_t owner = getpid();
  std::unique_ptr<MongodProcess> process;
};

MongodProcess& shared(int members, bool gated) {
  static std::map<std::pair<int, bool>, Shared> all;
  auto found = all.find({members, gated});
  if (found == all.end()) {
    MongodOptions options;
    options.members = members;
    options.gated = gated;
    found = all.try_emplace({members, gated}, std::move(options)).first;
  }
  return *found->second.process;
}

}  // namespace

MongodProcess& SharedMongod::standalone() {
  return shared(0, false);
}
MongodProcess& SharedMongod::replica_set(int members) {
  return shared(members, false);
}
MongodProcess& SharedMongod::gated_replica_set(int members) {
  return shared(members, true);
}

}  // namespace parley::test
