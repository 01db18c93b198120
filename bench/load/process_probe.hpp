// What the system says about a process and the machine: for the conditions that every figure must name.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace parley::bench {

struct ProcessReading {
  std::uint64_t resident_bytes = 0;            // VmRSS of /proc/PID/status
  std::chrono::milliseconds processor_time{};  // user and system, of all threads, /proc/PID/stat
};

/// Nothing when there is no such process or it is not ours to read.
[[nodiscard]] std::optional<ProcessReading> read_process(pid_t process);
/// Of this process.
[[nodiscard]] std::chrono::microseconds own_processor_time();

struct Machine {
  std::string processor;
  unsigned cores = 0;
  std::string kernel;
};
[[nodiscard]] Machine read_machine();

}  // namespace parley::bench
