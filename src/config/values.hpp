// Every key with its effective value and the source of the value. Priority: flag, environment, file, default.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "config/flags.hpp"
#include "config/key.hpp"

namespace parley::config {

struct Value {
  std::vector<std::string> items;  // one item; a list has any number
  std::string source;              // `default`, `environment PARLEY_LISTEN`, `parley.toml:3`, `flag --listen`

  [[nodiscard]] const std::string& text() const { return items.front(); }
};

/// One value for each key, in the order of the table.
class Values {
 public:
  Values();  // sets the defaults

  [[nodiscard]] const Value& at(std::string_view name) const;
  [[nodiscard]] const Value& at(std::size_t index) const { return values_[index]; }
  void set(std::size_t index, Value value) { values_[index] = std::move(value); }

 private:
  std::vector<Value> values_;
};

using Environment = std::vector<std::pair<std::string, std::string>>;

/// One setting, with its source. The functions return the order found. Error invalid_argument; an unknown key gets the nearest known one.
struct Setting {
  std::size_t key;
  Value value;
};
/// `path` only appears in the sources of the settings.
[[nodiscard]] Result<std::vector<Setting>> settings_of_toml(std::string_view text, std::string_view path);
/// Reads only names that begin with PARLEY_. An empty value counts as not set.
[[nodiscard]] Result<std::vector<Setting>> settings_of_environment(const Environment& environment);
[[nodiscard]] std::vector<Setting> settings_of_flags(std::span<const GivenFlag> flags);

/// Combines all sources. Reads the file that `config` names.
[[nodiscard]] Result<Values> collect_values(std::span<const GivenFlag> flags, const Environment& environment);

/// `mongodb://user:password@host` → `mongodb://user:***@host`.
[[nodiscard]] std::string without_password(const std::string& text);

/// The output of `parley config`, itself a configuration file: `listen = "0.0.0.0:3000" # flag --listen`. Masks passwords in URIs.
[[nodiscard]] std::string listing_of(const Values& values);

/// The environment variables of this process.
[[nodiscard]] Environment process_environment();
/// The user of this process: the name, or the number if there is no name.
[[nodiscard]] std::string user_name();
/// Reads a whole file, at most 1 MiB. Error invalid_argument names the file and the cause. `detail`: `permission_denied` if that is it.
inline constexpr std::string_view permission_denied = "permission denied";
[[nodiscard]] Result<std::string> read_small_file(const std::string& path, std::string_view what);

}  // namespace parley::config
