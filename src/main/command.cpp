#include "main/command.hpp"

#include <chrono>
#include <cstdio>

#include "domain/error_code.hpp"
#include "store/mongo/driver/client.hpp"

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
  if (settings->uses_mongo())
    if (auto understood = store::mongo::check_uri(settings->mongo.uri); !understood) return std::unexpected(understood.error());
  return Configured{*std::move(settings), *std::move(given)};
}

Result<Configured> configure_with_database(Arguments arguments, std::string_view verb, std::span<const config::Flag> extra) {
  auto configured = configure(arguments, extra);
  if (configured && !configured->settings.uses_mongo())
    return refuse(ErrorCode::invalid_argument,
                  "There is nothing to " + std::string(verb) + " without a database. Name it with --store mongodb://HOST/DATABASE.");
  return configured;
}

int fail_tool(std::string_view tool, const Error& error, std::string_view then) {
  std::string what = error.detail.empty() ? error.message : error.message + ": " + error.detail;
  while (what.ends_with('.')) what.pop_back();
  std::printf("FAIL %s: %s. %s\n", std::string(tool).c_str(), what.c_str(), std::string(then).c_str());
  return exit_failed;
}

bool EverySecond::is_due() {
  const SteadyTime now = clock_.steady_now();
  if (now - said_at_ < std::chrono::seconds{1}) return false;
  said_at_ = now;
  return true;
}

}  // namespace parley::main
