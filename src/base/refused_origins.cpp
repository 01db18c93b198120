#include "base/refused_origins.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace parley {
namespace {

/// A header may contain any bytes, so all others are replaced.
std::string printable(std::string_view text) {
  std::string result(text.substr(0, limits::origin_bytes_max));
  std::ranges::replace_if(result, [](char c) { return c <= ' ' || c > '~'; }, '?');
  return result;
}

}  // namespace

void RefusedOrigins::note(std::string_view origin, std::string_view path) {
  const auto shown = printable(origin);
  if (!is_new(shown)) return;
  logs_.write(LogLevel::info, component_, "A page of this origin is not allowed to call. Allow the origin with --origin.",
              {{"origin", shown}, {"path", printable(path)}});
}

bool RefusedOrigins::is_new(const std::string& origin) {
  const auto now = clock_.steady_now();
  const std::lock_guard lock(mutex_);
  if (now >= window_end_) {
    named_.clear();
    window_end_ = now + limits::refused_origins_window;
  }
  return named_.size() < limits::refused_origins_max && named_.insert(origin).second;
}

}  // namespace parley
