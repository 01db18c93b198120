// Reads `--name value` and `--name=value` from a command line. Every subcommand describes its flags as a table. For an unknown flag the
// error names the nearest known one.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace parley::config {

struct Flag {
  std::string name;         // `--listen`
  std::string placeholder;  // `ADDR:PORT`
  std::string doc;
};

struct GivenFlag {
  std::string name;
  std::string value;
};

/// In the order given; a flag may appear several times. Error invalid_argument: unknown flag, missing value, or a word that is not a flag.
[[nodiscard]] Result<std::vector<GivenFlag>> parse_flags(std::span<const std::string_view> arguments, std::span<const Flag> known);
/// The last value given; nothing if there is none.
[[nodiscard]] std::optional<std::string> last_value(std::span<const GivenFlag> given, std::string_view name);
/// One flag for each key of the table.
[[nodiscard]] std::vector<Flag> configuration_flags();
/// ` --listen ADDR:PORT address …`, one line per flag.
[[nodiscard]] std::string help_of(std::span<const Flag> flags);

}  // namespace parley::config
