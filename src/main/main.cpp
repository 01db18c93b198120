// `parley`: one program, one table of subcommands.
#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "main/adopt_command.hpp"
#include "main/allocator.hpp"
#include "main/bench/bench_command.hpp"
#include "main/config_command.hpp"
#include "main/demo_command.hpp"
#include "main/mirror_command.hpp"
#include "main/serve.hpp"
#include "main/session_command.hpp"
#include "main/token_command.hpp"
#include "parley_version.hpp"
#include "store/mongo/driver/counters.hpp"

namespace parley::main {

namespace {

struct Command {
  std::string_view name;
  std::string_view summary;
  int (*run)(Arguments arguments);
  std::vector<config::Flag> (*flags)() = nullptr;  // flags in its help; null: it takes none
  std::string_view about = {};                     // more text for its help: effect, output and exit codes
  int (*help)(Arguments arguments) = nullptr;      // prints its help; null: that is made of the members above
};

int help_command(Arguments arguments);

int version_command(Arguments) {
  std::printf("parley %s (%s)\n", std::string(version).c_str(), std::string(commit).c_str());
  return exit_done;
}

/// The settings with these names, for the help of one command.
std::vector<config::Flag> settings_among(std::initializer_list<std::string_view> names) {
  auto flags = config::configuration_flags();
  std::erase_if(flags, [&](const config::Flag& flag) { return std::ranges::find(names, flag.name) == names.end(); });
  return flags;
}

/// Adds the settings that a command reads in addition to its own flags.
std::vector<config::Flag> with_secret(std::vector<config::Flag> flags) {
  std::ranges::move(
      settings_among({"--jwt-secret-file", "--claim-id", "--claim-role", "--claim-email", "--claim-name", "--data", "--config"}),
      std::back_inserter(flags));
  return flags;
}

std::vector<config::Flag> database_flags() {
  return settings_among({"--store", "--config"});
}

constexpr std::string_view about_adopt =
    "Takes the data that an earlier server wrote to `sessions` and `chatmessages` into the log, all at once. If it is stopped, the next\n"
    "run continues where it stopped.\n"
    "Prints `left alone: COLLECTION ID: WHY` for each document that it cannot take. The last line is `PASS adopt: …` or\n"
    "`FAIL adopt: …`. Progress goes to standard error.\n"
    "Exits with status 0 when it is done, 1 when it failed or could take nothing, 2 when the command line or the configuration is wrong.\n"
    "With --deletions it looks for messages of the log whose documents are missing in `chatmessages`, and prints `missing: …` for each.\n"
    "`--deletions apply` also deletes these messages in the log, which cannot be undone.\n";
constexpr std::string_view about_mirror =
    "Writes the collections `sessions`, `chatmessages` and `audits` again from the log in `sessionlog`. Servers may run meanwhile.\n"
    "The last line is `PASS mirror: …` or `FAIL mirror: …`. Progress and the documents that the database refused go to standard error.\n"
    "Exits with status 0 when everything is written, 1 when it failed or the database refused documents, 2 when the command line or the\n"
    "configuration is wrong.\n";

constexpr std::array commands = {
    Command{"serve", "run the server", serve_command, config::configuration_flags},
    Command{"demo", "run the server with two users and their session, and print a link for each", demo_command,
            config::configuration_flags},
    Command{"token", "make a token for trials: --id ID --role ROLE [--email --name --expires 12h]", token_command,
            [] { return with_secret(token_flags()); }},
    Command{"session", "create a session in a running server: --doctor ID --patient ID [--url URL]", session_command,
            [] { return with_secret(session_flags()); }},
    Command{"config", "print every setting and its source, as a valid configuration file", config_command, config::configuration_flags},
    Command{"adopt", "take the data of an earlier server from its database into the log: --store mongodb://…", adopt_command,
            [] {
              auto flags = database_flags();
              std::ranges::move(adopt_flags(), std::back_inserter(flags));
              return flags;
            },
            about_adopt},
    Command{"mirror", "rewrite the collections of other software from the log: --store mongodb://…", mirror_command, database_flags,
            about_mirror},
    Command{"bench", "load a running server and measure it: relay, store, history, connect", bench_command, nullptr, {}, bench_help},
    Command{"version", "print the version", version_command},
    Command{"help", "print this help", help_command},
};

constexpr std::string_view settings_note =
    "flags override the environment (--jwt-secret-file is PARLEY_JWT_SECRET_FILE), which overrides a TOML file (jwt_secret_file = \"…\")";

int help_of_command(const Command& command, Arguments arguments) {
  if (command.help != nullptr) return command.help(arguments);
  std::string text = "parley " + std::string(command.name) + (command.flags != nullptr ? " [--flag value …]" : "") + ": " +
                     std::string(command.summary) + "\n";
  if (!command.about.empty()) text += "\n" + std::string(command.about);
  if (command.flags != nullptr) text += "\n" + config::help_of(command.flags()) + "\nSettings: " + std::string(settings_note) + ".\n";
  std::fputs(text.c_str(), stdout);
  return exit_done;
}

int help_command(Arguments words) {
  const auto asked = words.empty() ? commands.end() : std::ranges::find(commands, words[0], &Command::name);
  if (asked != commands.end()) return help_of_command(*asked, words.subspan(1));
  std::string text =
      "Parley: a chat server for WebRTC calls that never loses an acknowledged message.\n\nparley COMMAND [--flag value …]\n\n";
  for (const auto& command : commands) {
    std::string name(command.name);
    name.resize(10, ' ');
    text.append("  ").append(name).append(command.summary).append("\n");
  }
  text += "\n`parley COMMAND --help` shows the flags of a command.\n\nSettings: " + std::string(settings_note) + ":\n\n";
  text += config::help_of(config::configuration_flags());
  std::fputs(text.c_str(), stdout);
  return exit_done;
}

int unknown_command(std::string_view word) {
  std::vector<std::string> names;
  for (const auto& command : commands) names.emplace_back(command.name);
  std::string message = "parley: Unknown command \"" + std::string(word) + "\".";
  if (const auto meant = config::nearest(word, names)) message += " Did you mean \"" + *meant + "\"?";
  std::fprintf(stderr, "%s `parley help` lists them.\n", message.c_str());
  return exit_misunderstood;
}

int run(Arguments words) {
  if (words.empty()) {
    help_command({});
    return exit_misunderstood;
  }
  const auto name = words[0] == "--help" || words[0] == "-h" ? "help" : words[0] == "--version" ? "version" : words[0];
  const auto command = std::ranges::find(commands, name, &Command::name);
  if (command == commands.end()) return unknown_command(words[0]);
  const auto arguments = words.subspan(1);
  const bool wants_help = std::ranges::any_of(arguments, [](std::string_view word) { return word == "--help" || word == "-h"; });
  if (wants_help) return help_of_command(*command, arguments);
  return command->run(arguments);
}

}  // namespace

}  // namespace parley::main

int main(int argc, char** argv) {
  try {
    parley::main::configure_allocator();
    parley::store::mongo::remove_name_of_counters();
    const std::vector<std::string_view> words(argv + 1, argv + argc);
    return parley::main::run(words);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "parley: %s\n", failure.what());
    return parley::main::exit_failed;
  }
}
