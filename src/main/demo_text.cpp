#include "main/demo_text.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

#include "base/json_writer.hpp"
#include "base/replace_all.hpp"

namespace parley::main {

namespace {

constexpr std::string_view page = R"(
Parley is running. Open these two links in two windows and chat:

  Doctor   @url@/demo#token=@doctor@&session=@session-in-link@

  Patient  @url@/demo#token=@patient@&session=@session-in-link@

Messages are kept in @data@. Stop with Ctrl-C, or kill -9, and start again: they are there.

The same session from Node, as the patient (in a file chat.mjs, in a folder where you ran `npm install socket.io-client`):

  import { io } from "socket.io-client";
  const sessionId = @session-in-json@;
  const socket = io("@url@", { auth: { token: "@patient@" } });
  socket.on("chat-message", (message) => console.log(message));
  socket.emit("join-session", { sessionId }, console.log);
  socket.emit("chat-message", { sessionId, message: "Hello from Node" }, console.log);

Or from a shell, as the doctor:

  curl @url@/api/chat/store -H 'Authorization: Bearer @doctor@' \
    -H 'Content-Type: application/json' -d '{"sessionId":@session-in-shell@,"message":"Hello from curl"}'

)";

constexpr std::string_view page_settings = R"(export const MESSAGE_LENGTH_MAX = @message_length_max@;
)";

/// Encodes text for the fragment of a link: percent-encodes all but the unreserved characters of RFC 3986.
std::string in_link(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (unreserved.find(c) != std::string_view::npos)
      encoded += c;
    else
      ((encoded += '%') += digits[byte >> 4]) += digits[byte & 15];
  }
  return encoded;
}

std::string in_json(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

/// Encodes text as JSON inside single quotes in a shell.
std::string in_shell(std::string_view text) {
  std::string json = in_json(text);
  replace_all(json, "'", "'\\''");
  return json;
}

}  // namespace

std::string demo_page_settings(std::size_t message_length_max) {
  std::string text(page_settings);
  replace_all(text, "@message_length_max@", std::to_string(message_length_max));
  return text;
}

std::string demo_text(const DemoFacts& facts) {
  std::string text(page);
  const std::string link = in_link(facts.session);
  const std::string json = in_json(facts.session);
  const std::string shell = in_shell(facts.session);
  for (const auto& [name, value] : {std::pair<std::string_view, std::string_view>{"@url@", facts.url},
                                    {"@doctor@", facts.doctor_token},
                                    {"@patient@", facts.patient_token},
                                    {"@data@", facts.data_folder},
                                    {"@session-in-link@", link},
                                    {"@session-in-json@", json},
                                    {"@session-in-shell@", shell}}) {
    replace_all(text, name, value);
  }
  return text;
}

}  // namespace parley::main
