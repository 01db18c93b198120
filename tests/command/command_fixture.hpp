// A folder with a secret, and the arguments of a server that uses it.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "child_process.hpp"

namespace parley::test {

struct Command : testing::Test {
  Command() {
    std::filesystem::create_directories(folder);
    std::ofstream(secret()) << "a secret that is long enough\n";
  }
  ~Command() override { std::filesystem::remove_all(folder); }

  [[nodiscard]] std::string data() const { return folder + "/data"; }
  [[nodiscard]] std::string secret() const { return folder + "/secret"; }
  [[nodiscard]] std::vector<std::string> serve(std::string listen = "127.0.0.1:0") const {
    return {"serve", "--data", data(), "--jwt-secret-file", secret(), "--listen", std::move(listen), "--threads", "1"};
  }
  static std::string between(const std::string& text, std::string_view before, std::string_view after) {
    const auto at = text.find(before);
    if (at == std::string::npos) return {};
    const auto begin = at + before.size();
    return text.substr(begin, text.find_first_of(after, begin) - begin);
  }

  const std::string folder = (std::filesystem::temp_directory_path() / ("parley-command-" + std::to_string(::getpid()) + "-" +
                                                                        testing::UnitTest::GetInstance()->current_test_info()->name()))
                                 .string();
};

}  // namespace parley::test
