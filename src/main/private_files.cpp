#include "main/private_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>

#include "config/values.hpp"
#include "domain/error_code.hpp"

namespace parley::main {

namespace {

constexpr mode_t permission_bits = 07777;

std::unexpected<Error> cannot_use(const std::string& folder, std::string_view doing, int error) {
  std::string message = "The data folder " + folder + " cannot be " + std::string(doing) + ": " + std::strerror(error) + ". ";
  if (error == EACCES || error == EPERM || error == EROFS) {
    const auto user = config::user_name();
    message += "Give it to the user " + user + ", as root: install -d -o " + user + " -m 700 " + folder + " (and chown -R " + user + " " +
               folder + " where it holds data), or name another with --data DIR.";
  } else {
    message += "Name another with --data DIR.";
  }
  return refuse(ErrorCode::store_failed, std::move(message));
}

std::string_view kind_of(std::filesystem::file_type type) {
  switch (type) {
    case std::filesystem::file_type::regular:
      return "a file";
    case std::filesystem::file_type::fifo:
      return "a named pipe";
    case std::filesystem::file_type::socket:
      return "a socket";
    default:
      return "a device";
  }
}

/// Checks the folder and all folders above it. If one of them exists but is no folder, returns "FILE is a file"; otherwise returns "".
std::string in_the_way(const std::filesystem::path& folder) {
  std::filesystem::path path;
  for (const auto& part : folder) {
    path /= part;
    std::error_code failure;
    const auto type = std::filesystem::status(path, failure).type();
    if (type == std::filesystem::file_type::directory) continue;
    const bool is_there = std::filesystem::exists(std::filesystem::symlink_status(path, failure));
    if (failure || !is_there || type == std::filesystem::file_type::unknown) return {};  // the later mkdir reports the cause
    if (type != std::filesystem::file_type::not_found && type != std::filesystem::file_type::none)
      return path.string() + " is " + std::string(kind_of(type));
    return path.string() + " is a symbolic link to " + std::filesystem::read_symlink(path, failure).string() + ", which does not exist";
  }
  return {};
}

std::string octal(mode_t mode) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%o", static_cast<unsigned>(mode & permission_bits));
  return text.data();
}

/// The mode of the file, if users other than the owner and the group have any access to it.
std::optional<mode_t> open_to_others(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;  // opening the file reports the cause
  return (status.st_mode & S_IRWXO) != 0 ? std::optional(status.st_mode) : std::nullopt;
}

}  // namespace

Result<void> make_data_folder(const std::string& folder) {
  std::filesystem::path path(folder);
  if (!path.has_filename()) path = path.parent_path();  // `data/` means `data`
  if (const std::string obstacle = in_the_way(path); !obstacle.empty())
    return refuse(ErrorCode::store_failed,
                  "Cannot open data folder " + folder + ": " + obstacle + ". Name a folder with --data DIR; it is made if it is missing.");
  std::error_code failure;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), failure);
  if (failure) return cannot_use(folder, "made", failure.value());
  if (mkdir(path.c_str(), S_IRWXU) != 0 && errno != EEXIST) return cannot_use(folder, "made", errno);
  if (faccessat(AT_FDCWD, path.c_str(), R_OK | W_OK | X_OK, AT_EACCESS) != 0) return cannot_use(folder, "read and written", errno);
  return {};
}

void warn_of_readers(const config::Settings& settings, LogSink& logs) {
  const auto& folder = settings.store.directory;
  if (const auto mode = settings.uses_mongo() ? std::nullopt : open_to_others(folder)) {
    logs.write(LogLevel::warning, "main", "others on this machine can reach the data folder: chmod 700 it",
               {{"folder", folder}, {"mode", octal(*mode)}});
  }
  for (const auto& path : settings.secret_files) {
    if (const auto mode = open_to_others(path)) {
      logs.write(LogLevel::warning, "main", "others on this machine can reach a secret: chmod 600 it",
                 {{"file", path}, {"mode", octal(*mode)}});
    }
  }
}

}  // namespace parley::main
