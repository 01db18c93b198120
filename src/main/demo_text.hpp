// What `parley demo` prints: two links, and what to paste into a terminal.
#pragma once

#include <cstddef>
#include <string>

namespace parley::main {

struct DemoFacts {
  std::string url;  // `http://127.0.0.1:3000`
  std::string session;
  std::string doctor_token;
  std::string patient_token;
  std::string data_folder;
};

/// Tokens are in the fragments of the links, which browsers do not send, and in the snippets.
[[nodiscard]] std::string demo_text(const DemoFacts& facts);
/// The page's `settings.js`: what it has to know of how the server is set.
[[nodiscard]] std::string demo_page_settings(std::size_t message_length_max);

}  // namespace parley::main
