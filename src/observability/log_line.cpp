#include "observability/log_line.hpp"

#include <algorithm>

#include "base/json_writer.hpp"
#include "base/utf8.hpp"

namespace parley::observability {

namespace {

void append_json_text(std::string& line, std::string_view text) {
  append_json_string(line, is_valid_utf8(text) ? text : std::string_view("(not UTF-8)"));
}

bool needs_quotes(std::string_view text) {
  return text.empty() ||
         std::ranges::any_of(text, [](char c) { return c == ' ' || c == '"' || c == '=' || c == '\\' || (c >= 0 && c < 0x20); });
}

void append_logfmt(std::string& line, const LogField& field) {
  if (!line.empty()) line += ' ';
  line.append(field.first).append("=");
  if (needs_quotes(field.second)) {
    append_json_text(line, field.second);
  } else {
    line.append(field.second);
  }
}

void append_json(std::string& line, const LogField& field) {
  if (!line.empty()) line += ',';
  append_json_text(line, field.first);
  line += ':';
  append_json_text(line, field.second);
}

}  // namespace

std::string log_line(LogFormat format, std::string_view component, std::string_view message, std::span<const LogField> fields) {
  std::string line;
  const auto append = format == LogFormat::json ? append_json : append_logfmt;
  append(line, {"component", component});
  append(line, {"message", message});
  for (const auto& field : fields) append(line, field);
  return line;
}

}  // namespace parley::observability
