// The STUN and TURN servers that clients receive: the list, the credentials made for them, and their last known health
// (docs/api-contract.md §3, §5.5).
//
// Credentials   Are made for every answer and expire after a day, so there is no list of them to rotate. A rotation is about the secret
//               that makes them: the server reads it again from its source, and later credentials use it. The server rotates every
//               limits::turn_rotation_interval; admins may request it at any time. Fixed credentials (api::TurnCredentials) are given
//               unchanged; a rotation reads the credential again in the same way.
// Changes       change_turn() applies to this process only. A secret given there is never read again from a source. With fixed credentials,
//               the name and the secret given there are the user name and the credential.
// Threads       Any; one lock, never held while something waits.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "api/ice_servers.hpp"
#include "base/clock.hpp"
#include "base/event_loop.hpp"
#include "base/log_sink.hpp"
#include "base/result.hpp"
#include "ice/ice_checker.hpp"
#include "service/shared/alive.hpp"
#include "service/shared/service_config.hpp"
#include "store/session_log.hpp"

namespace parley::service {

struct IceServerHealth {
  std::string url;
  enum class Kind : std::uint8_t { stun, turn } kind = Kind::stun;
  ice::Report report;
  Timestamp checked_at{};
};

struct IceHealth {
  std::size_t total_servers = 0;  // servers that a check asks
  Timestamp last_check{};         // before the first check: when this process started
  Timestamp last_rotation{};
  Timestamp next_rotation{};
  std::vector<IceServerHealth> servers;  // servers of the last check that are still configured

  [[nodiscard]] std::size_t healthy_servers() const;
};

/// Members that are absent stay unchanged.
struct TurnChange {
  std::optional<std::vector<std::string>> servers;
  std::optional<std::string> username;
  std::optional<std::string> secret;
};

class IceServers {
 public:
  /// All references must outlive it. `read_secret` may block and runs on the log's reader threads; empty: there is no source to read.
  struct Dependencies {
    Clock& clock;
    LogSink& logs;
    store::SessionLog& log;
    ice::IceChecker& checker;
    std::function<Result<std::string>()> read_secret;
  };
  IceServers(IceConfig config, Dependencies deps);

  /// For one client, with fresh credentials.
  [[nodiscard]] std::vector<api::IceServer> issue() const;
  [[nodiscard]] IceHealth health() const;

  /// Asks every server. Calls during a running check share its result. Error: overloaded, when too many calls wait.
  /// Threads: `from`'s; `done` runs there.
  using CheckDone = std::move_only_function<void(Result<IceHealth>)>;
  void check(EventLoop& from, CheckDone done);

  /// `Invalid configuration`: a server that is not a TURN URL, too many servers, or a name or secret that is empty, too long or not
  /// printable ASCII.
  [[nodiscard]] Result<void> change_turn(TurnChange change);

  /// `done` receives the time of the rotation. Errors: overloaded; internal, when the secret cannot be read: the old one stays in use.
  /// Threads: `from`'s; `done` runs there.
  using RotationDone = std::move_only_function<void(Result<Timestamp>)>;
  void rotate(EventLoop& from, RotationDone done);
  /// From now on `loop` rotates whenever a rotation is due. Threads: any. Call it once.
  void start_rotation(EventLoop& loop);

 private:
  struct Waiting {
    EventLoop* loop;
    CheckDone done;
  };

  [[nodiscard]] std::vector<api::IceServer> to_check(const IceConfig& config) const;
  void take_reports(const std::vector<api::IceServer>& asked, std::vector<ice::Report> reports);
  [[nodiscard]] Result<Timestamp> take_secret(Result<std::string> secret);
  void arm_rotation(EventLoop& loop);
  [[nodiscard]] std::shared_ptr<const IceConfig> config() const;

  Dependencies deps_;
  Alive alive_;
  mutable std::mutex mutex_;  // guards all below
  std::shared_ptr<const IceConfig> config_;
  enum class SecretFrom : std::uint8_t { configuration, admin } secret_from_ = SecretFrom::configuration;
  std::vector<IceServerHealth> checked_;
  Timestamp last_check_;
  Timestamp last_rotation_;
  std::vector<Waiting> waiting_;  // for the running check; empty: no check is running
};

}  // namespace parley::service
