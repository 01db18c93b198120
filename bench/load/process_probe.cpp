#include "load/process_probe.hpp"

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

namespace parley::bench {

namespace {

/// The rest of the first line that begins with `name`, without leading white space; empty if there is no such line.
std::string value_of(const std::string& path, std::string_view name) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(name)) continue;
    const std::size_t value = line.find_first_not_of(" \t:", name.size());
    return value == std::string::npos ? std::string() : line.substr(value);
  }
  return {};
}

std::optional<std::chrono::milliseconds> processor_time_of(const std::string& directory) {
  std::ifstream file(directory + "/stat");
  std::string stat((std::istreambuf_iterator<char>(file)), {});
  const std::size_t name_end = stat.rfind(')');  // the name may contain anything, even spaces (proc(5))
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(stat.substr(name_end + 2));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  std::int64_t user = 0;
  std::int64_t system = 0;
  if (!(fields >> user >> system)) return std::nullopt;
  return std::chrono::milliseconds((user + system) * 1000 / ::sysconf(_SC_CLK_TCK));
}

}  // namespace

std::optional<ProcessReading> read_process(pid_t process) {
  const std::string directory = "/proc/" + std::to_string(process);
  const std::string resident = value_of(directory + "/status", "VmRSS");
  const auto processor_time = processor_time_of(directory);
  if (resident.empty() || !processor_time) return std::nullopt;
  return ProcessReading{std::stoull(resident) * 1024, *processor_time};
}

std::optional<ProcessReading> read_processes(std::span<const pid_t> processes) {
  if (processes.empty()) return std::nullopt;
  ProcessReading sum;
  for (const pid_t process : processes) {
    const auto reading = read_process(process);
    if (!reading) return std::nullopt;
    sum.resident_bytes += reading->resident_bytes;
    sum.processor_time += reading->processor_time;
  }
  return sum;
}

std::optional<std::vector<pid_t>> parse_process_ids(std::string_view text) {
  std::vector<pid_t> processes;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(','));
    pid_t process = 0;
    const auto parsed = std::from_chars(word.data(), word.data() + word.size(), process);
    if (parsed.ec != std::errc{} || parsed.ptr != word.data() + word.size() || process < 0) return std::nullopt;
    if (process > 0) processes.push_back(process);
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  return processes;
}

std::chrono::microseconds own_processor_time() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return std::chrono::seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         std::chrono::microseconds(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

Machine read_machine() {
  utsname system{};
  ::uname(&system);
  return {value_of("/proc/cpuinfo", "model name"), static_cast<unsigned>(::sysconf(_SC_NPROCESSORS_CONF)),
          std::string(system.sysname) + ' ' + system.release};
}

}  // namespace parley::bench
