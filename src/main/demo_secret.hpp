// The secret of `parley demo`: generated once at random, kept in the data folder, readable only by its owner.
#pragma once

#include <string>

#include "base/entropy.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"

namespace parley::main {

/// Reads the secret, or generates it. Error invalid_argument: the file, the cause, and how to fix it.
[[nodiscard]] Result<std::string> demo_secret(const std::string& data_folder, Entropy& entropy);

/// The configured secret, else the secret of a demo in the data folder, so that `parley token` works next to a running demo.
[[nodiscard]] Result<std::string> secret_in_force(const config::Settings& settings);

}  // namespace parley::main
