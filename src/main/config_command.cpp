#include "main/config_command.hpp"

#include <cstdio>

namespace parley::main {

int config_command(Arguments arguments) {
  const auto given = config::parse_flags(arguments, config::configuration_flags());
  if (!given) return fail(given.error(), exit_misunderstood);
  const auto values = config::collect_values(*given, config::process_environment());
  if (!values) return fail(values.error(), exit_misunderstood);
  std::fputs(config::listing_of(*values).c_str(), stdout);
  const auto settings = config::make_settings(*values);
  return settings ? exit_done : fail(settings.error(), exit_misunderstood);
}

}  // namespace parley::main
