// Log settings of a deployment. Filled by `config`.
#pragma once

#include <cstdint>

#include "base/log_sink.hpp"

namespace parley::observability {

enum class LogFormat : std::uint8_t { logfmt, json };

struct LogConfig {
  LogFormat format = LogFormat::logfmt;
  LogLevel level = LogLevel::info;
};

}  // namespace parley::observability
