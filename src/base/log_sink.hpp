// The interface for log lines. `observability` implements it; tests collect the lines.
#pragma once

#include <initializer_list>
#include <string_view>
#include <utility>

namespace parley {

enum class LogLevel { debug, info, warning, error };

using LogField = std::pair<std::string_view, std::string_view>;

class LogSink {
 public:
  virtual ~LogSink() = default;
  /// Writes one line. `component` is a folder name (`store`, `server`, …). Never log a token, a message text or a key. Threads: any.
  virtual void write(LogLevel level, std::string_view component, std::string_view message, std::initializer_list<LogField> fields = {}) = 0;
};

/// Discards every line.
class NullLogSink final : public LogSink {
 public:
  void write(LogLevel, std::string_view, std::string_view, std::initializer_list<LogField>) override {}
};

}  // namespace parley
