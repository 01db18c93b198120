// One log line without its time and level. Both formats put this part after them.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/log_sink.hpp"
#include "observability/log_config.hpp"

namespace parley::observability {

/// logfmt: `component=store message="opened" sessions=3`; a value is quoted if it is empty or contains a space, a quote or `=`. JSON:
/// `"component":"store","message":"opened","sessions":"3"`, without braces. Line breaks are always escaped.
[[nodiscard]] std::string log_line(LogFormat format, std::string_view component, std::string_view message,
                                   std::span<const LogField> fields);

}  // namespace parley::observability
