// Open files. Connections and the store share one limit, and the store's share comes first (docs/adr/0016).
#pragma once

#include <cstddef>

#include "base/log_sink.hpp"
#include "config/settings.hpp"

namespace parley::main {

/// Raises this process's soft limit of open files to the hard limit. Returns the resulting limit.
std::size_t raise_descriptor_limit();

/// Sets the admission limits that follow from the number of descriptors and from the configured connection limits. Logs a warning if there
/// are too few descriptors for those limits.
void share_descriptors(config::Settings& settings, std::size_t descriptors, LogSink& logs);

}  // namespace parley::main
