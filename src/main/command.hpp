// Every subcommand is a function that takes its arguments and returns the exit code.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/flags.hpp"
#include "config/key.hpp"
#include "config/load_settings.hpp"

namespace parley::main {

using Arguments = std::span<const std::string_view>;

inline constexpr int exit_done = 0;
inline constexpr int exit_failed = 1;         // the command failed
inline constexpr int exit_misunderstood = 2;  // the command line or the configuration is wrong

/// Prints `parley: <message>` on standard error and returns `code`.
int fail(const Error& error, int code);

/// The settings for these arguments. Accepts the configuration flags and the flags in `extra`; `given` returns the values of the latter.
struct Configured {
  config::Settings settings;
  std::vector<config::GivenFlag> given;
};
[[nodiscard]] Result<Configured> configure(Arguments arguments, std::span<const config::Flag> extra = {});

/// The same for a command that works on a database. Without a database, invalid_argument says that there is nothing to `verb`.
[[nodiscard]] Result<Configured> configure_with_database(Arguments arguments, std::string_view verb,
                                                         std::span<const config::Flag> extra = {});

/// Prints `FAIL <tool>: <what failed>.` and the sentence `then` as the last line of a tool's output. Returns exit_failed.
int fail_tool(std::string_view tool, const Error& error, std::string_view then);

/// `is_due` is true once a second: one second after construction, then one second after it was last true.
class EverySecond {
 public:
  explicit EverySecond(const Clock& clock) : clock_(clock), said_at_(clock.steady_now()) {}
  [[nodiscard]] bool is_due();

 private:
  const Clock& clock_;
  SteadyTime said_at_;
};

}  // namespace parley::main
