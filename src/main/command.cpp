#include "main/command.hpp"

#include <cstdio>

namespace parley::main {

int fail(const Error& error, int code) {
  std::fprintf(stderr, "parley: %s\n", error.message.c_str());
  return code;
}

Result<Configured> configure(Arguments arguments, std::span<const config::Flag> extra) {
  auto flags = config::configuration_flags();
  flags.insert(flags.end(), extra.begin(), extra.end());
  auto given = config::parse_flags(arguments, flags);
  if (!given) return std::unexpected(given.error());
  const auto values = config::collect_values(*given, config::process_environment());
  if (!values) return std::unexpected(values.error());
  auto settings = config::make_settings(*values);
  if (!settings) return std::unexpected(settings.error());
  return Configured{*std::move(settings), *std::move(given)};
}

}  // namespace parley::main
