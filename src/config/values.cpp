#include "config/values.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/json_writer.hpp"
#include "domain/error_code.hpp"

namespace parley::config {

namespace {

constexpr std::string_view environment_prefix = "PARLEY_";

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const auto end = text.find(',');
    auto item = text.substr(0, end);
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    if (!item.empty()) items.emplace_back(item);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return items;
}

std::unexpected<Error> unknown_variable(std::string_view name) {
  std::vector<std::string> names;
  for (const auto& key : key_table()) names.push_back(environment_name_of(key));
  std::string message = "Unknown environment variable " + std::string(name) + ".";
  if (const auto meant = nearest(name, names)) message += " Did you mean " + *meant + "?";
  return refuse(ErrorCode::invalid_argument, message + " Names that begin with PARLEY_ are settings: correct or unset it.");
}

void apply(Values& values, std::vector<Setting> settings) {
  for (auto& setting : settings) values.set(setting.key, std::move(setting.value));
}

std::string written(const Key& key, const Value& value) {
  if (key.type == KeyType::number) return value.text();
  std::string text;
  for (const auto& item : value.items) {
    if (!text.empty()) text += ", ";
    append_json_string(text, without_password(item));
  }
  return key.type == KeyType::list ? "[" + text + "]" : text;
}

}  // namespace

std::string without_password(const std::string& text) {
  const auto scheme = text.find("://");
  const auto at = text.rfind('@');  // the last @ ends the password: an unescaped @ belongs to it
  if (scheme == std::string::npos || at == std::string::npos) return text;
  const auto colon = text.find(':', scheme + 3);
  if (colon == std::string::npos || colon > at) return text;
  return text.substr(0, colon + 1) + "***" + text.substr(at);
}

Values::Values() {
  for (const auto& key : key_table()) {
    Value value{{}, "default"};
    if (key.type != KeyType::list) value.items.emplace_back(key.default_value);
    values_.push_back(std::move(value));
  }
}

const Value& Values::at(std::string_view name) const {
  const auto index = find_key(name);
  PARLEY_ASSERT(index.has_value());
  return values_[*index];
}

Result<std::vector<Setting>> settings_of_environment(const Environment& environment) {
  std::vector<Setting> settings;
  for (const auto& [name, text] : environment) {
    if (!name.starts_with(environment_prefix)) continue;
    const auto keys = key_table();
    const auto key = std::ranges::find_if(keys, [&](const Key& each) { return environment_name_of(each) == name; });
    if (key == keys.end()) return unknown_variable(name);
    if (text.empty()) continue;
    auto items = key->type == KeyType::list ? split_list(text) : std::vector{text};
    settings.push_back({static_cast<std::size_t>(key - keys.begin()), {std::move(items), "environment " + name}});
  }
  return settings;
}

std::vector<Setting> settings_of_flags(std::span<const GivenFlag> flags) {
  std::vector<Setting> settings;
  const auto keys = key_table();
  for (std::size_t index = 0; index < keys.size(); ++index) {
    const auto name = flag_of(keys[index]);
    std::vector<std::string> items;
    for (const auto& flag : flags) {
      if (flag.name == name) items.push_back(flag.value);
    }
    if (items.empty()) continue;
    if (keys[index].type != KeyType::list) items.erase(items.begin(), items.end() - 1);  // the last one counts
    settings.push_back({index, {std::move(items), "flag " + name}});
  }
  return settings;
}

Result<Values> collect_values(std::span<const GivenFlag> flags, const Environment& environment) {
  auto from_environment = settings_of_environment(environment);
  if (!from_environment) return std::unexpected(from_environment.error());
  Values values;
  apply(values, *from_environment);
  apply(values, settings_of_flags(flags));
  const std::string path = values.at("config").text();
  if (path.empty()) return values;

  const auto text = read_small_file(path, "The configuration file");
  if (!text) return std::unexpected(text.error());
  auto from_file = settings_of_toml(*text, path);
  if (!from_file) return std::unexpected(from_file.error());
  Values layered;
  apply(layered, *std::move(from_file));
  apply(layered, *std::move(from_environment));
  apply(layered, settings_of_flags(flags));
  return layered;
}

std::string listing_of(const Values& values) {
  std::vector<std::string> lines;
  std::size_t width = 0;
  const auto keys = key_table();
  for (std::size_t index = 0; index < keys.size(); ++index) {
    const std::string line = std::string(keys[index].name) + " = " + written(keys[index], values.at(index));
    lines.push_back(keys[index].name == "config" ? "# " + line : line);  // the only key that a file must not contain
    width = std::max(width, lines.back().size());
  }
  std::string text;
  for (std::size_t index = 0; index < keys.size(); ++index) {
    lines[index].resize(width + 2, ' ');
    text += lines[index] + "# " + values.at(index).source + "\n";
  }
  return text;
}

}  // namespace parley::config
