#include "main/bench/bench_command.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <utility>

#include "domain/error_code.hpp"
#include "load/load_failure.hpp"
#include "main/bench/bench_options.hpp"
#include "main/bench/bench_workloads.hpp"
#include "main/descriptors.hpp"

namespace parley::main {

namespace {

int fail_bench(const std::string& message) {
  return fail({ErrorCode::invalid_argument, "bench: " + message, {}, 0}, exit_misunderstood);
}

template <typename Options>
std::string help_of_flags() {
  Options options;
  config::BoundFlags flags;
  bind(flags, options);
  return config::help_of(flags.flags());
}

template <typename Options>
int run_workload(Arguments arguments, std::string_view name) {
  Options options;
  config::BoundFlags flags;
  bind(flags, options);
  if (const auto read = flags.read(arguments, "parley bench " + std::string(name) + " --help"); !read)
    return fail_bench(read.error().message);
  raise_descriptor_limit();  // thousands of connections need thousands of descriptors; if it stays too low, opening a socket fails
  try {
    return measure(std::move(options));
  } catch (const bench::LoadFailure& failure) {
    return fail_bench(failure.what());
  }
}

struct Workload {
  std::string_view name;
  std::string_view summary;
  int (*run)(Arguments arguments, std::string_view name);
  std::string (*flags)();  // as the help shows them
};

constexpr std::array workloads = {
    Workload{"relay", "chat messages that every member of the session receives, over Socket.IO or the protocol of another server",
             run_workload<RelayOptions>, help_of_flags<RelayOptions>},
    Workload{"store", "chat messages stored over REST", run_workload<StoreOptions>, help_of_flags<StoreOptions>},
    Workload{"history", "pages read over REST", run_workload<HistoryOptions>, help_of_flags<HistoryOptions>},
    Workload{"entries", "the newest entries of the log, read over Socket.IO", run_workload<EntriesOptions>, help_of_flags<EntriesOptions>},
    Workload{"resume", "clients that come back after a restart, each with the position that it saw last", run_workload<ResumeOptions>,
             help_of_flags<ResumeOptions>},
    Workload{"connect", "connections opened, authenticated and joined", run_workload<ConnectOptions>, help_of_flags<ConnectOptions>},
};

/// The workload that the first word names; the end if there is none.
auto workload_of(Arguments arguments) {
  return arguments.empty() ? workloads.end() : std::ranges::find(workloads, arguments[0], &Workload::name);
}

}  // namespace

int bench_help(Arguments arguments) {
  std::string text;
  if (const auto workload = workload_of(arguments); workload != workloads.end()) {
    text =
        "parley bench " + std::string(workload->name) + " [--flag value …]: " + std::string(workload->summary) + "\n\n" + workload->flags();
  } else {
    text = "parley bench WORKLOAD [--flag value …]: load a running server, then check the messages that it stored\n\n";
    for (const Workload& each : workloads) {
      std::string name(each.name);
      name.resize(10, ' ');
      text.append("  ").append(name).append(each.summary).append("\n");
    }
    text += "\n`parley bench WORKLOAD --help` shows the flags of a workload.\n";
  }
  std::fputs(text.c_str(), stdout);
  return exit_done;
}

int bench_command(Arguments arguments) {
  const auto workload = workload_of(arguments);
  if (workload == workloads.end())
    return fail_bench("Name a workload: relay, store, history, entries, resume or connect. `parley bench --help` explains them.");
  return workload->run(arguments.subspan(1), workload->name);
}

}  // namespace parley::main
