// The page that describes the settings must agree with the table that reads them.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "config/key.hpp"

namespace parley::config {
namespace {

TEST(ConfigurationPage, has_one_row_for_each_key_with_its_default_and_no_other) {
  std::ifstream file(PARLEY_SOURCE_DIR "/docs/operations/configuration.md");
  ASSERT_TRUE(file);
  std::vector<std::string> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("| `")) rows.push_back(line);
  }
  ASSERT_EQ(rows.size(), key_table().size());
  for (std::size_t index = 0; index < rows.size(); ++index) {
    const auto& key = key_table()[index];
    const auto default_value = key.default_value.empty() ? std::string() : "`" + std::string(key.default_value) + "` ";
    EXPECT_TRUE(rows[index].starts_with("| `" + std::string(key.name) + "` | " + default_value + "|")) << rows[index];
  }
}

}  // namespace
}  // namespace parley::config
