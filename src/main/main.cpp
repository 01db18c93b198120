// `parley`: one program, one table of subcommands.
#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "main/bench_command.hpp"
#include "main/config_command.hpp"
#include "main/demo_command.hpp"
#include "main/serve.hpp"
#include "main/session_command.hpp"
#include "main/token_command.hpp"
#include "parley_version.hpp"

namespace parley::main {

namespace {

struct Command {
  std::string_view name;
  std::string_view summary;
  int (*run)(Arguments arguments);
};

int help_command(Arguments arguments);

int version_command(Arguments) {
  std::printf("parley %s (%s)\n", std::string(version).c_str(), std::string(commit).c_str());
  return exit_done;
}

int bench_command(Arguments arguments) {
  std::vector<std::string> words = {"bench"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return run_bench(static_cast<int>(words.size()), pointers.data());
}

constexpr std::array commands = {
    Command{"serve", "run the server", serve_command},
    Command{"demo", "run it with two ready users and a session, and print their links", demo_command},
    Command{"token", "make a token for trying things: --id OID --role ROLE [--email --name --expires 12h]", token_command},
    Command{"session", "create a session in a running server: --doctor OID --patient OID [--url URL]", session_command},
    Command{"config", "print every setting and where it came from", config_command},
    Command{"bench", "load a running server and measure: relay, store, history, connect", bench_command},
    Command{"version", "print the version", version_command},
    Command{"help", "print this", help_command},
};

int help_command(Arguments) {
  std::string text = "Parley: the chat that rides along with WebRTC calls and is never lost.\n\nparley COMMAND [--flag value …]\n\n";
  for (const auto& command : commands) {
    std::string name(command.name);
    name.resize(10, ' ');
    text.append("  ").append(name).append(command.summary).append("\n");
  }
  text +=
      "\nSettings, as flags, as PARLEY_… in the environment (--jwt-secret-file is PARLEY_JWT_SECRET_FILE), or in a TOML file\n"
      "(jwt_secret_file = \"…\"); a flag beats the environment, which beats the file:\n\n";
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
    help_command(words);
    return exit_misunderstood;
  }
  const auto name = words[0] == "--help" || words[0] == "-h" ? "help" : words[0] == "--version" ? "version" : words[0];
  const auto command = std::ranges::find(commands, name, &Command::name);
  if (command == commands.end()) return unknown_command(words[0]);
  const auto arguments = words.subspan(1);
  const bool wants_help = std::ranges::any_of(arguments, [](std::string_view word) { return word == "--help" || word == "-h"; });
  if (wants_help && command->run != bench_command) return help_command(arguments);
  return command->run(arguments);
}

}  // namespace

}  // namespace parley::main

int main(int argc, char** argv) {
  try {
    const std::vector<std::string_view> words(argv + 1, argv + argc);
    return parley::main::run(words);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "parley: %s\n", failure.what());
    return parley::main::exit_failed;
  }
}
