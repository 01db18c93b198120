// The only table of configuration keys. A key has one name: `jwt_secret_file` in the file, PARLEY_JWT_SECRET_FILE in the environment,
// `--jwt-secret-file` as a flag. File, environment, flags, `parley config` and the help text all use this table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace parley::config {

enum class KeyType : std::uint8_t {
  text,
  list,    // repeated flag; array in the file; commas in the environment
  number,  // a whole number, not negative
  choice,  // one of `choices`
};

struct Key {
  std::string_view name;
  KeyType type;
  std::string_view placeholder;    // `ADDR:PORT`, for the help text
  std::string_view default_value;  // as a user would write it; lists: empty
  std::string_view doc;            // one line
  std::string_view choices;        // `on|off`
};

[[nodiscard]] std::span<const Key> key_table();
[[nodiscard]] std::optional<std::size_t> find_key(std::string_view name);  // index in the table
[[nodiscard]] std::string flag_of(const Key& key);                         // `--jwt-secret-file`
[[nodiscard]] std::string environment_name_of(const Key& key);             // `PARLEY_JWT_SECRET_FILE`

/// The most likely intended candidate, by edit distance (swapped neighbours count once); nothing if all are too different.
[[nodiscard]] std::optional<std::string> nearest(std::string_view wrong, std::span<const std::string> candidates);

}  // namespace parley::config
