// The output of `parley demo`: two links, and commands to paste into a terminal.
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

/// Tokens appear in the snippets and in the fragments of the links. Browsers do not send fragments to the server.
[[nodiscard]] std::string demo_text(const DemoFacts& facts);
/// The page's `settings.js`: the server settings that the page needs.
[[nodiscard]] std::string demo_page_settings(std::size_t message_length_max);

}  // namespace parley::main
