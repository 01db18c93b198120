#include "embedded_fixture.hpp"

#include <algorithm>
#include <filesystem>

namespace parley::store::embedded {

std::string EmbeddedFixture::newest_wal() const {
  std::string newest;
  for (const auto& file : std::filesystem::directory_iterator(config.directory))
    if (file.path().extension() == ".log") newest = std::max(newest, file.path().string());
  return newest;
}

}  // namespace parley::store::embedded
