// Every key with its value in force and where that came from: flag beats environment beats file beats default.
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
  std::vector<std::string> items;  // one, except for lists; a list may be empty
  std::string source;              // `default`, `environment PARLEY_LISTEN`, `parley.toml:3`, `flag --listen`

  [[nodiscard]] const std::string& text() const { return items.front(); }
};

/// One for each key, in the order of the table.
class Values {
 public:
  Values();  // the defaults

  [[nodiscard]] const Value& at(std::string_view name) const;
  [[nodiscard]] const Value& at(std::size_t index) const { return values_[index]; }
  void set(std::size_t index, Value value) { values_[index] = std::move(value); }

 private:
  std::vector<Value> values_;
};

using Environment = std::vector<std::pair<std::string, std::string>>;

/// What one source says, in the order found. Errors of all three: invalid_argument, an unknown key names the nearest known one.
struct Setting {
  std::size_t key;
  Value value;
};
/// `path` is for the sources only.
[[nodiscard]] Result<std::vector<Setting>> settings_of_toml(std::string_view text, std::string_view path);
/// Looks at names that begin with PARLEY_ alone. An empty value counts as not set.
[[nodiscard]] Result<std::vector<Setting>> settings_of_environment(const Environment& environment);
[[nodiscard]] std::vector<Setting> settings_of_flags(std::span<const GivenFlag> flags);

/// All together; reads the file that `config` names.
[[nodiscard]] Result<Values> collect_values(std::span<const GivenFlag> flags, const Environment& environment);

/// `mongodb://user:password@host` → `mongodb://user:***@host`.
[[nodiscard]] std::string without_password(const std::string& text);

/// What `parley config` prints, a configuration file itself: `listen = "0.0.0.0:3000"  # flag --listen`, passwords in URIs masked.
[[nodiscard]] std::string listing_of(const Values& values);

/// The variables of this process.
[[nodiscard]] Environment process_environment();
/// Whom this process runs as: the name, or the number where it has none.
[[nodiscard]] std::string user_name();
/// A whole file, at most a mebibyte. Error invalid_argument: what, which file, why; `detail` is `permission_denied` when that is it.
inline constexpr std::string_view permission_denied = "permission denied";
[[nodiscard]] Result<std::string> read_small_file(const std::string& path, std::string_view what);

}  // namespace parley::config
