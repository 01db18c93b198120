// One log line, without its time and level: what both formats put behind them.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/log_sink.hpp"
#include "observability/log_config.hpp"

namespace parley::observability {

/// logfmt: `component=store message="opened" sessions=3`; values are quoted where they hold a space, a quote, `=` or nothing.
/// JSON: `"component":"store","message":"opened","sessions":"3"`, without braces. Line breaks never get through.
[[nodiscard]] std::string log_line(LogFormat format, std::string_view component, std::string_view message,
                                   std::span<const LogField> fields);

}  // namespace parley::observability
