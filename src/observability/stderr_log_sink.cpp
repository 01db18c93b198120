#include "observability/stderr_log_sink.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "observability/log_line.hpp"

namespace parley::observability {

namespace {

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

constexpr const char* logfmt_pattern = "time=%Y-%m-%dT%H:%M:%S.%eZ level=%l %v";
constexpr const char* json_pattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";

}  // namespace

struct StderrLogSink::Impl {
  explicit Impl(LogConfig given) : config(given), logger("parley", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    const auto* pattern = config.format == LogFormat::json ? json_pattern : logfmt_pattern;
    logger.set_formatter(std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc));
    logger.set_level(spdlog_level(config.level));
  }

  LogConfig config;
  spdlog::logger logger;
};

StderrLogSink::StderrLogSink(LogConfig config) : impl_(std::make_unique<Impl>(config)) {}

StderrLogSink::~StderrLogSink() = default;

void StderrLogSink::write(LogLevel level, std::string_view component, std::string_view message, std::initializer_list<LogField> fields) {
  if (!impl_->logger.should_log(spdlog_level(level))) return;
  impl_->logger.log(spdlog_level(level), spdlog::string_view_t(log_line(impl_->config.format, component, message, fields)));
}

}  // namespace parley::observability
