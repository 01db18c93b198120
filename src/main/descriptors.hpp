// Open files: connections and the store share one limit, so connections are let have only what the store does not need (docs/adr/0016).
#pragma once

#include <cstddef>

#include "base/log_sink.hpp"
#include "config/settings.hpp"

namespace parley::main {

/// Raises this process's soft limit of open files to the hard one. Gives what it is then.
std::size_t raise_descriptor_limit();

/// Sets the bounds of admission that follow from the descriptors and from the limits of connections, and says in the log when the
/// descriptors are few for those.
void share_descriptors(config::Settings& settings, std::size_t descriptors, LogSink& logs);

}  // namespace parley::main
