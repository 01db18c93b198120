// The only file that uses the TOML library.
#include <toml++/toml.h>

#include "config/values.hpp"
#include "domain/error_code.hpp"

namespace parley::config {

namespace {

std::unexpected<Error> refused(std::string_view path, const toml::source_region& where, std::string what) {
  return refuse(ErrorCode::invalid_argument, std::string(path) + ":" + std::to_string(where.begin.line) + ": " + std::move(what));
}

std::unexpected<Error> unknown_key(std::string_view path, const toml::key& name) {
  if (name.str() == "config") return refused(path, name.source(), "\"config\" names this file and cannot be set in it: leave it out.");
  std::vector<std::string> names;
  for (const auto& key : key_table()) {
    if (key.name != "config") names.emplace_back(key.name);
  }
  std::string message = "unknown key \"" + std::string(name.str()) + "\".";
  if (const auto meant = nearest(name.str(), names)) message += " Did you mean \"" + *meant + "\"?";
  return refused(path, name.source(), std::move(message));
}

/// Text and whole numbers are used unchanged. true and false become on and off.
std::optional<std::string> scalar_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* boolean = node.as_boolean()) return boolean->get() ? "on" : "off";
  return std::nullopt;
}

std::optional<std::vector<std::string>> items_of(const Key& key, const toml::node& node) {
  std::vector<std::string> items;
  if (const auto* array = node.as_array(); array != nullptr && key.type == KeyType::list) {
    for (const auto& element : *array) {
      const auto* text = element.as_string();
      if (text == nullptr) return std::nullopt;
      items.push_back(text->get());
    }
    return items;
  }
  auto text = scalar_text(node);
  if (!text) return std::nullopt;
  items.push_back(*std::move(text));
  return items;
}

}  // namespace

Result<std::vector<Setting>> settings_of_toml(std::string_view text, std::string_view path) {
  toml::table table;
  try {
    table = toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    return refused(
        path, error.source(),
        "this is not TOML (" + std::string(error.description()) +
            "). Write one setting a line, text in quotes that close, as in data = \"/srv/parley\"; `parley config` shows them all.");
  }
  std::vector<Setting> settings;
  for (const auto& [name, node] : table) {
    const auto index = find_key(name.str());
    if (!index || name.str() == "config") return unknown_key(path, name);
    const auto& key = key_table()[*index];
    auto items = items_of(key, node);
    if (!items) {
      return refused(path, node.source(),
                     "\"" + std::string(key.name) + "\" wants " +
                         (key.type == KeyType::list ? "an array of texts." : "one value: " + std::string(key.placeholder) + "."));
    }
    settings.push_back({*index, {*std::move(items), std::string(path) + ":" + std::to_string(name.source().begin.line)}});
  }
  return settings;
}

}  // namespace parley::config
