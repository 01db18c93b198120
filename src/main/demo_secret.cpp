#include "main/demo_secret.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/bytes.hpp"
#include "config/load_settings.hpp"
#include "domain/error_code.hpp"
#include "main/private_files.hpp"

namespace parley::main {

namespace {

constexpr std::string_view file_name = "demo-jwt-secret";

std::string path_in(const std::string& data_folder) {
  return (std::filesystem::path(data_folder) / file_name).string();
}

std::unexpected<Error> cannot_write(const std::string& path, int error) {
  return refuse(ErrorCode::invalid_argument, "The demo's secret " + path + " cannot be written: " + std::strerror(error) +
                                                 ". Give a folder that can be with --data DIR.");
}

/// Writes a temporary file first and then links it. So a reader never sees a half-written secret, and of two starting processes one wins.
Result<void> write_new(const std::string& path, const std::string& secret) {
  const auto temporary = path + "." + std::to_string(getpid());
  const int file = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return cannot_write(temporary, errno);
  const auto line = secret + "\n";
  const bool written = write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && fsync(file) == 0;
  const int write_error = errno;
  close(file);
  if (!written) return cannot_write(temporary, write_error);
  const bool linked = link(temporary.c_str(), path.c_str()) == 0 || errno == EEXIST;
  const int link_error = errno;
  unlink(temporary.c_str());
  if (!linked) return cannot_write(path, link_error);
  return {};
}

}  // namespace

Result<std::string> demo_secret(const std::string& data_folder, Entropy& entropy) {
  if (const auto made = make_data_folder(data_folder); !made) return std::unexpected(made.error());
  const auto path = path_in(data_folder);
  if (!std::filesystem::exists(path)) {
    const auto secret = entropy.bytes<32>();
    if (const auto written = write_new(path, to_base64url(view_of(secret))); !written) return std::unexpected(written.error());
  }
  return config::read_secret(path, "the demo", limits::jwt_secret_bytes_min);
}

Result<std::string> secret_in_force(const config::Settings& settings) {
  if (!settings.jwt.secret.empty()) return settings.jwt.secret;
  const auto path = path_in(settings.store.directory);
  if (std::filesystem::exists(path)) return config::read_secret(path, "the demo", limits::jwt_secret_bytes_min);
  return refuse(ErrorCode::invalid_argument,
                "No secret to sign with: give --jwt-secret-file FILE, the one of the server, or --data DIR, the folder of a demo.");
}

}  // namespace parley::main
