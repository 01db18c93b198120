// One command, one answer, over libmongoc: for what tests ask of a server, not for what they test.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "support/mongod.hpp"

namespace parley::test {

/// One connection that stays; made with the first command. One thread at a time.
class MongodClient {
 public:
  explicit MongodClient(const std::string& uri);
  ~MongodClient();
  MongodClient(MongodClient&&) noexcept;
  MongodClient& operator=(MongodClient&&) noexcept;

  /// JSON that is none throws std::invalid_argument.
  [[nodiscard]] CommandAnswer ask(std::string_view database, std::string_view command_json);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Connects, asks, disconnects (about a millisecond).
[[nodiscard]] CommandAnswer ask_mongod(const std::string& uri, std::string_view database, std::string_view command_json);

/// The name of the first field: the command.
[[nodiscard]] std::string first_text(std::string_view json);

}  // namespace parley::test
