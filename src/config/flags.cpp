#include "config/flags.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "config/key.hpp"
#include "domain/error_code.hpp"

namespace parley::config {

namespace {

// Names of these flags in other programs.
constexpr auto other_names = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"--port", "--listen"},
    {"--host", "--listen"},
    {"--bind", "--listen"},
    {"--address", "--listen"},
    {"--dir", "--data"},
    {"--data-dir", "--data"},
    {"--folder", "--data"},
    {"--secret", "--jwt-secret-file"},
    {"--secret-file", "--jwt-secret-file"},
    {"--jwt-secret", "--jwt-secret-file"},
});

/// Our flag for a name that other programs use; nothing if that flag is not in `known`.
const Flag* same_as(std::string_view name, std::span<const Flag> known) {
  const auto* const pair = std::ranges::find(other_names, name, &std::pair<std::string_view, std::string_view>::first);
  if (pair == other_names.end()) return nullptr;
  const auto flag = std::ranges::find(known, pair->second, &Flag::name);
  return flag == known.end() ? nullptr : &*flag;
}

std::unexpected<Error> unknown_flag(std::string_view name, std::span<const Flag> known, std::string_view help) {
  std::vector<std::string> names;
  for (const auto& flag : known) names.push_back(flag.name);
  std::string message = "Unknown flag " + std::string(name) + ".";
  if (const auto* flag = same_as(name, known)) {
    message += " It is " + flag->name + " " + flag->placeholder + " here.";
  } else if (const auto meant = nearest(name, names)) {
    message += " Did you mean " + *meant + "?";
  } else {
    message += " `" + std::string(help) + "` lists what there is.";
  }
  return refuse(ErrorCode::invalid_argument, std::move(message));
}

/// The value of `flag`, which was found in the word at `index`. Moves `index` to the last word that belongs to the flag.
Result<std::string> value_of(const Flag& flag, std::span<const std::string_view> arguments, std::size_t& index) {
  const auto equals = arguments[index].find('=');
  const bool has_own = equals != std::string_view::npos;
  if (flag.placeholder.empty())
    return has_own ? Result<std::string>(refuse(ErrorCode::invalid_argument, flag.name + " takes no value.")) : std::string{};
  if (has_own) return std::string(arguments[index].substr(equals + 1));
  const bool value_follows = index + 1 < arguments.size() && (flag.alone.empty() || !arguments[index + 1].starts_with("--"));
  if (value_follows) return std::string(arguments[++index]);
  if (!flag.alone.empty()) return flag.alone;
  return refuse(ErrorCode::invalid_argument, flag.name + " needs a value: " + flag.name + " " + flag.placeholder + ".");
}

}  // namespace

Result<std::vector<GivenFlag>> parse_flags(std::span<const std::string_view> arguments, std::span<const Flag> known,
                                           std::string_view help) {
  std::vector<GivenFlag> given;
  for (std::size_t index = 0; index < arguments.size(); ++index) {
    const auto argument = arguments[index];
    if (!argument.starts_with("--")) {
      return refuse(ErrorCode::invalid_argument, "Unexpected \"" + std::string(argument) + "\": values follow a flag, as in --name value.");
    }
    const auto name = argument.substr(0, argument.find('='));
    const auto flag = std::ranges::find(known, name, &Flag::name);
    if (flag == known.end()) return unknown_flag(name, known, help);
    auto value = value_of(*flag, arguments, index);
    if (!value) return std::unexpected(value.error());
    given.push_back({flag->name, *std::move(value)});
  }
  return given;
}

std::optional<std::string> last_value(std::span<const GivenFlag> given, std::string_view name) {
  for (auto flag = given.rbegin(); flag != given.rend(); ++flag) {
    if (flag->name == name) return flag->value;
  }
  return std::nullopt;
}

std::vector<Flag> configuration_flags() {
  std::vector<Flag> flags;
  for (const auto& key : key_table()) {
    std::string doc(key.doc);
    if (key.type == KeyType::list) doc += "; may be repeated";
    if (!key.default_value.empty()) doc += " (" + std::string(key.default_value) + ")";
    flags.push_back({flag_of(key), std::string(key.placeholder), std::move(doc)});
  }
  return flags;
}

std::string help_of(std::span<const Flag> flags) {
  const auto usage = [](const Flag& flag) { return flag.placeholder.empty() ? flag.name : flag.name + " " + flag.placeholder; };
  std::size_t width = 0;
  for (const auto& flag : flags) width = std::max(width, usage(flag).size());
  std::string text;
  for (const auto& flag : flags) {
    auto left = usage(flag);
    left.resize(width + 2, ' ');
    text += "  " + left + flag.doc + "\n";
  }
  return text;
}

}  // namespace parley::config
