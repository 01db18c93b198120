// Patients' messages and the secrets are nobody else's: the data folder is made for its owner alone, and what others on this machine can
// get at is said at the start.
#pragma once

#include <string>

#include "base/log_sink.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"

namespace parley::main {

/// Makes the folder with mode 0700, those above it as the system's mask says; one that is there stays as it is. Error store_failed: it
/// cannot be made, read or written; who must be allowed what, or what is in its place.
[[nodiscard]] Result<void> make_data_folder(const std::string& folder);

/// One warning for the data folder and for each secret file that others on this machine can reach.
void warn_of_readers(const config::Settings& settings, LogSink& logs);

}  // namespace parley::main
