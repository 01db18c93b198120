// Reads `--name value`, `--name=value` and switches from a command line. Every subcommand describes its flags as a table. For an unknown
// flag the error names the nearest known one.
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
  std::string placeholder;  // `ADDR:PORT`; empty: a switch, which takes no value
  std::string doc;
  std::string alone = {};  // the value of a flag without one; empty: a value must follow
};

struct GivenFlag {
  std::string name;
  std::string value;
};

/// In the order given; a flag may appear several times. The value of a switch is empty. `help` is the command that lists the flags.
/// Error invalid_argument: unknown flag, missing value, a value of a switch, or a word that is not a flag.
[[nodiscard]] Result<std::vector<GivenFlag>> parse_flags(std::span<const std::string_view> arguments, std::span<const Flag> known,
                                                         std::string_view help = "parley help");
/// The last value given; nothing if there is none.
[[nodiscard]] std::optional<std::string> last_value(std::span<const GivenFlag> given, std::string_view name);
/// One flag for each key of the table.
[[nodiscard]] std::vector<Flag> configuration_flags();
/// ` --listen ADDR:PORT address …`, one line per flag.
[[nodiscard]] std::string help_of(std::span<const Flag> flags);

}  // namespace parley::config
