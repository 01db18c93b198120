// The STUN and TURN servers that clients are given: which there are, the credentials made for them, and what is known of their health
// (docs/api-contract.md §3, §5.5).
//
// Credentials   Are made for every answer and run out after a day, so there is no list of them to rotate. What rotates is the secret they
//               are made with: a rotation reads it again from where it came, and credentials made from then on use what was found. The
//               server does that every limits::turn_rotation_interval; admins may ask for it at any time. Fixed credentials
//               (api::TurnCredentials) are given unchanged; a rotation reads the credential again in the same way.
// Changes       change_turn() holds for this process only. A secret given there is not read again from anywhere. With fixed credentials the
//               name and the secret given there are the user name and the credential.
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
#include "service/alive.hpp"
#include "service/service_config.hpp"
#include "store/session_log.hpp"

namespace parley::service {

struct IceServerHealth {
  std::string url;
  enum class Kind : std::uint8_t { stun, turn } kind = Kind::stun;
  ice::Report report;
  Timestamp checked_at{};
};

struct IceHealth {
  std::size_t total_servers = 0;  // that a check asks
  Timestamp last_check{};         // before there was one: when this process started
  Timestamp last_rotation{};
  Timestamp next_rotation{};
  std::vector<IceServerHealth> servers;  // those of the last check that are still configured

  [[nodiscard]] std::size_t healthy_servers() const;
};

/// What is absent stays as it is.
struct TurnChange {
  std::optional<std::vector<std::string>> servers;
  std::optional<std::string> username;
  std::optional<std::string> secret;
};

class IceServers {
 public:
  /// Everything must outlive it. `read_secret` may block and runs on the log's reader threads; empty: there is nothing to read again.
  struct Surroundings {
    Clock& clock;
    LogSink& logs;
    store::SessionLog& log;
    ice::IceChecker& checker;
    std::function<Result<std::string>()> read_secret;
  };
  IceServers(IceConfig config, Surroundings surroundings);

  /// For one client, with fresh credentials.
  [[nodiscard]] std::vector<api::IceServer> issue() const;
  [[nodiscard]] IceHealth health() const;

  /// Asks every server. Calls that come while a check runs share its result. Error: overloaded, when too many wait.
  /// Threads: `from`'s; `done` runs there.
  using CheckDone = std::move_only_function<void(Result<IceHealth>)>;
  void check(EventLoop& from, CheckDone done);

  /// `Invalid configuration`: a server that is no TURN URL, too many of them, a name or a secret that is empty, too long or not
  /// printable ASCII.
  [[nodiscard]] Result<void> change_turn(TurnChange change);

  /// `done` gets the time of the rotation. Errors: overloaded; internal, when the secret cannot be read: the old one stays in force.
  /// Threads: `from`'s; `done` runs there.
  using RotationDone = std::move_only_function<void(Result<Timestamp>)>;
  void rotate(EventLoop& from, RotationDone done);
  /// From now on `loop` rotates whenever the time has come. Threads: any; once.
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

  Surroundings surroundings_;
  Alive alive_;
  mutable std::mutex mutex_;  // guards all below
  std::shared_ptr<const IceConfig> config_;
  enum class SecretFrom : std::uint8_t { configuration, admin } secret_from_ = SecretFrom::configuration;
  std::vector<IceServerHealth> checked_;
  Timestamp last_check_;
  Timestamp last_rotation_;
  std::vector<Waiting> waiting_;  // for the check that runs; empty: none does
};

}  // namespace parley::service
