// Reads the environment and the files of this process. No other code reads them for settings.
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/limits.hpp"
#include "config/values.hpp"
#include "domain/error_code.hpp"

namespace parley::config {

Environment process_environment() {
  Environment result;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) result.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return result;
}

std::string user_name() {
  const auto id = geteuid();
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(id, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) return entry.pw_name;
  return std::to_string(id);
}

Result<std::string> read_small_file(const std::string& path, std::string_view what) {
  std::ifstream file(path, std::ios::binary);
  const auto cannot_read = [&] {
    const int error = errno;
    return refuse(ErrorCode::invalid_argument, std::string(what) + " " + path + " cannot be read: " + std::strerror(error) + ".",
                  std::string(error == EACCES ? permission_denied : std::string_view{}));
  };
  if (!file) return cannot_read();
  std::string text(limits::settings_file_bytes_max + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return cannot_read();
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > limits::settings_file_bytes_max) {
    return refuse(ErrorCode::invalid_argument, std::string(what) + " " + path + " is larger than " +
                                                   std::to_string(limits::settings_file_bytes_max) +
                                                   " bytes: it cannot be the right file.");
  }
  return text;
}

}  // namespace parley::config
