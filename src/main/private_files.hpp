// Keeps patients' messages and the secrets private. The data folder is created for its owner only. At start, the server warns about files
// that others on this machine can access.
#pragma once

#include <string>

#include "base/log_sink.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"

namespace parley::main {

/// Creates the folder with mode 0700 and its parents with the system's umask. An existing folder stays unchanged. Error store_failed if it
/// cannot be created, read or written: names the missing permission, or the file in its place.
[[nodiscard]] Result<void> make_data_folder(const std::string& folder);

/// Logs one warning for the data folder and for each secret file that others on this machine can access.
void warn_of_readers(const config::Settings& settings, LogSink& logs);

}  // namespace parley::main
