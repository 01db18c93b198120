// The secret of `parley demo`: made at random once, kept in the data folder, readable by its owner alone.
#pragma once

#include <string>

#include "base/entropy.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"

namespace parley::main {

/// Reads it, or makes it. Error invalid_argument: what could not be written, where, how to mend.
[[nodiscard]] Result<std::string> demo_secret(const std::string& data_folder, Entropy& entropy);

/// The configured secret, else the one a demo left in the data folder, so that `parley token` works beside a running demo.
[[nodiscard]] Result<std::string> secret_in_force(const config::Settings& settings);

}  // namespace parley::main
