// Logs on standard error, one line per event. Threads: any.
#pragma once

#include <memory>

#include "base/log_sink.hpp"
#include "observability/log_config.hpp"

namespace parley::observability {

class StderrLogSink final : public LogSink {
 public:
  explicit StderrLogSink(LogConfig config);
  ~StderrLogSink() override;

  void write(LogLevel level, std::string_view component, std::string_view message, std::initializer_list<LogField> fields = {}) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::observability
