// The flags of `parley bench`: one struct for each workload, and `bind`, which makes the table of its flags.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/bound_flags.hpp"
#include "load/connect_workload.hpp"
#include "load/entries_workload.hpp"
#include "load/history_workload.hpp"
#include "load/relay_workload.hpp"
#include "load/resume_workload.hpp"
#include "load/store_workload.hpp"

namespace parley::main {

/// Options of every workload.
struct CommonOptions {
  std::string url = "http://127.0.0.1:3000";
  std::string secret_file;
  std::optional<std::uint64_t> first_user;
  std::string json_file;
  std::string commit;  // PARLEY_COMMIT, or that of this binary: server and client are the same program
  std::uint64_t seed = 1;
  std::uint32_t repeat = 1;
  std::string server_processes;  // their ids, separated by commas

  CommonOptions();
  /// Throws LoadFailure if the URL, the file or the process ids cannot be used.
  [[nodiscard]] bench::Endpoint endpoint() const;
  [[nodiscard]] bench::LoadIdentity identity() const;
  [[nodiscard]] std::vector<pid_t> server() const;
};

struct PaceOptions {
  double seconds = 10;
  double warm_up_seconds = 1;
  double rate = 0;
  bool poisson = false;
  std::uint32_t in_flight = 1;
  std::uint64_t messages = 0;

  [[nodiscard]] bench::Pace pace(std::uint64_t seed) const;
  [[nodiscard]] std::string to_string() const;
};

struct RelayOptions {
  CommonOptions common;
  PaceOptions pace;
  bench::RelayPlan plan;
  std::string protocol = "socketio";
  bool no_read_back = false;

  [[nodiscard]] bench::Protocol spoken() const;
};
struct StoreOptions {
  CommonOptions common;
  PaceOptions pace;
  bench::StorePlan plan;
};
struct HistoryOptions {
  CommonOptions common;
  PaceOptions pace;
  bench::HistoryPlan plan;
  std::string pages = "newest";
};
struct EntriesOptions {
  CommonOptions common;
  PaceOptions pace;
  bench::EntriesPlan plan;
};
struct ConnectOptions {
  CommonOptions common;
  bench::ConnectPlan plan;
};

struct ResumeOptions {
  CommonOptions common;
  bench::ResumePlan plan;
};

void bind(config::BoundFlags& flags, RelayOptions& options);
void bind(config::BoundFlags& flags, StoreOptions& options);
void bind(config::BoundFlags& flags, HistoryOptions& options);
void bind(config::BoundFlags& flags, EntriesOptions& options);
void bind(config::BoundFlags& flags, ConnectOptions& options);
void bind(config::BoundFlags& flags, ResumeOptions& options);

}  // namespace parley::main
