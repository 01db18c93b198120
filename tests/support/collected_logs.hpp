// Keeps log lines so that a test can check them. Threads: any.
#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

#include "base/log_sink.hpp"

namespace parley::test {

class CollectedLogs final : public LogSink {
 public:
  void write(LogLevel, std::string_view component, std::string_view message, std::initializer_list<LogField> fields) override {
    std::string line = std::string(component) + ": " + std::string(message);
    for (const auto& [name, value] : fields) line.append(" ").append(name).append("=").append(value);
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
  }

  /// The number of lines that contain `part`.
  [[nodiscard]] std::size_t count(std::string_view part) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(
        std::ranges::count_if(lines_, [&](const std::string& line) { return line.find(part) != std::string::npos; }));
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;  // guarded by mutex_
};

}  // namespace parley::test
