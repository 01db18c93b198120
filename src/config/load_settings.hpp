// Turns values into the structs the program is built from, and refuses what cannot work: each refusal names the key, where it was
// set, what is wrong and how to mend it.
#pragma once

#include "base/result.hpp"
#include "config/settings.hpp"
#include "config/values.hpp"

namespace parley::config {

/// Reads the secret files that are named. Error: invalid_argument.
[[nodiscard]] Result<Settings> make_settings(const Values& values);

/// A secret file's content without one newline at its end. Errors: missing, unreadable, empty, or under `bytes_min`.
[[nodiscard]] Result<std::string> read_secret(const std::string& path, std::string_view flag, std::size_t bytes_min);

/// `127.0.0.1:3000`, `[::1]:3000`, `localhost:3000`.
struct ListenAddress {
  std::string address;  // textual IP, or `localhost`
  std::uint16_t port = 0;
};
[[nodiscard]] std::optional<ListenAddress> parse_listen(std::string_view text);
/// An IP address with a prefix length, or without: then the address alone is meant. Gives it with prefix.
[[nodiscard]] std::optional<std::string> parse_cidr(std::string_view text);
/// `scheme://host[:port]`, as browsers send it: in lower case, without the default port and without a slash at the end. The error says what
/// must be different, to be read after the value.
[[nodiscard]] std::expected<std::string, std::string> parse_origin(std::string_view text);

}  // namespace parley::config
