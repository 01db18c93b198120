// Runs one command over libmongoc. Tests use it to question a server; it is not the code under test.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "support/mongod.hpp"

namespace parley::test {

/// A lasting connection, made by the first command. One thread at a time.
class MongodClient {
 public:
  explicit MongodClient(const std::string& uri);
  ~MongodClient();
  MongodClient(MongodClient&&) noexcept;
  MongodClient& operator=(MongodClient&&) noexcept;

  /// Throws std::invalid_argument if the command is not valid JSON.
  [[nodiscard]] CommandAnswer ask(std::string_view database, std::string_view command_json);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Connects, sends the command and disconnects (about a millisecond).
[[nodiscard]] CommandAnswer ask_mongod(const std::string& uri, std::string_view database, std::string_view command_json);

/// The name of the first field, which is the command.
[[nodiscard]] std::string first_text(std::string_view json);

}  // namespace parley::test
