// Converts values into the structs of the program and refuses settings that cannot work. Each refusal names the key, its source, the fault,
// and how to fix it.
#pragma once

#include "base/result.hpp"
#include "config/settings.hpp"
#include "config/values.hpp"

namespace parley::config {

/// Also reads the secret files that the settings name. Error: invalid_argument.
[[nodiscard]] Result<Settings> make_settings(const Values& values);

/// The content of a secret file without one newline at its end. Errors: missing, unreadable, empty, or shorter than `bytes_min`.
[[nodiscard]] Result<std::string> read_secret(const std::string& path, std::string_view flag, std::size_t bytes_min);

/// `127.0.0.1:3000`, `[::1]:3000`, `localhost:3000`.
struct ListenAddress {
  std::string address;  // textual IP, or `localhost`
  std::uint16_t port = 0;
};
[[nodiscard]] std::optional<ListenAddress> parse_listen(std::string_view text);
/// An IP address with or without a prefix length. Without one, it means the single address. Returns the address with its prefix.
[[nodiscard]] std::optional<std::string> parse_cidr(std::string_view text);
/// `scheme://host[:port]` as browsers send it: lower case, without the default port and without a slash at the end. The error text
/// describes the fault and is printed after the value.
[[nodiscard]] std::expected<std::string, std::string> parse_origin(std::string_view text);

}  // namespace parley::config
