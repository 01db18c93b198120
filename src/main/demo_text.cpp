#include "main/demo_text.hpp"

#include <string_view>
#include <utility>

namespace parley::main {

namespace {

constexpr std::string_view page = R"(
Parley is running. Open these two links in two windows and chat:

  Doctor   @url@/demo#token=@doctor@&session=@session@

  Patient  @url@/demo#token=@patient@&session=@session@

Messages are kept in @data@. Stop with Ctrl-C, or kill -9, and start again: they are there.

The same session from Node, as the patient (in a file chat.mjs, in a folder where you ran `npm install socket.io-client`):

  import { io } from "socket.io-client";
  const sessionId = "@session@";
  const socket = io("@url@", { auth: { token: "@patient@" } });
  socket.on("chat-message", (message) => console.log(message));
  socket.emit("join-session", { sessionId }, console.log);
  socket.emit("chat-message", { sessionId, message: "Hello from Node" }, console.log);

Or from a shell, as the doctor:

  curl @url@/api/chat/store -H 'Authorization: Bearer @doctor@' \
    -H 'Content-Type: application/json' -d '{"sessionId":"@session@","message":"Hello from curl"}'

)";

void replace_all(std::string& text, std::string_view name, std::string_view value) {
  for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size())) text.replace(at, name.size(), value);
}

constexpr std::string_view page_settings = R"(export const MESSAGE_LENGTH_MAX = @message_length_max@;
)";

}  // namespace

std::string demo_page_settings(std::size_t message_length_max) {
  std::string text(page_settings);
  replace_all(text, "@message_length_max@", std::to_string(message_length_max));
  return text;
}

std::string demo_text(const DemoFacts& facts) {
  std::string text(page);
  for (const auto& [name, value] : {std::pair<std::string_view, std::string_view>{"@url@", facts.url},
                                    {"@session@", facts.session},
                                    {"@doctor@", facts.doctor_token},
                                    {"@patient@", facts.patient_token},
                                    {"@data@", facts.data_folder}}) {
    replace_all(text, name, value);
  }
  return text;
}

}  // namespace parley::main
