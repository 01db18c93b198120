// Facts about a process and the machine. Every figure must name them as its conditions.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace parley::bench {

struct ProcessReading {
  std::uint64_t resident_bytes = 0;            // VmRSS of /proc/PID/status
  std::chrono::milliseconds processor_time{};  // user and system, of all threads, /proc/PID/stat
};

/// Nothing if the process does not exist or we may not read it.
[[nodiscard]] std::optional<ProcessReading> read_process(pid_t process);
/// The sum over the processes of one server. Nothing if `processes` is empty, or one of them cannot be read.
[[nodiscard]] std::optional<ProcessReading> read_processes(std::span<const pid_t> processes);
/// Ids separated by commas; 0 stands for none. Nothing if `text` is anything else.
[[nodiscard]] std::optional<std::vector<pid_t>> parse_process_ids(std::string_view text);
/// Processor time of this process.
[[nodiscard]] std::chrono::microseconds own_processor_time();

struct Machine {
  std::string processor;
  unsigned cores = 0;
  std::string kernel;
};
[[nodiscard]] Machine read_machine();

}  // namespace parley::bench
