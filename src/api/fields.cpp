// Fields: one pass over the text finds the members. simdjson validates HTTP bodies; the protocol has already validated Socket.IO events.
#include <charconv>
#include <limits>
#include <optional>

#include <simdjson.h>

#include "api/json_fault.hpp"
#include "api/json_text.hpp"
#include "api/request.hpp"
#include "base/json_writer.hpp"
#include "base/limits.hpp"
#include "base/number_relaxation.hpp"
#include "base/utf8.hpp"
#include "domain/error_code.hpp"

namespace parley::api {
namespace {

using json_text::npos;
using json_text::skip_space;
using json_text::skip_string;
using json_text::skip_value;

Fields::Kind kind_at(char first) {
  switch (first) {
    case '{':
      return Fields::Kind::object;
    case '[':
      return Fields::Kind::array;
    case '"':
      return Fields::Kind::string;
    case 'n':
      return Fields::Kind::null;
    case 't':
    case 'f':
      return Fields::Kind::boolean;
    default:
      return Fields::Kind::number;
  }
}

/// The fault of a body, or nothing.
std::optional<std::string> fault_of_body(const std::string& body) {
  // A parser keeps its buffers, nine bytes for each byte of the largest body. Small bodies share that of their thread.
  thread_local simdjson::dom::parser for_small;
  std::optional<simdjson::dom::parser> for_large;
  simdjson::dom::parser& parser = body.size() > limits::body_read_at_once_bytes_max ? for_large.emplace() : for_small;
  simdjson::dom::element top;
  auto error = parser.parse(body).get(top);
  std::string relaxed;
  if (error == simdjson::NUMBER_ERROR) {
    relaxed = body;
    if (relax_numbers(relaxed)) error = parser.parse(relaxed).get(top);
  }
  if (error) return describe_json_fault(relaxed.empty() ? body : relaxed);
  if (!top.is_object() && !top.is_array()) return "Invalid JSON: the top level must be an object or an array";
  return std::nullopt;
}

double to_number(std::string_view raw) {
  double value = 0;
  const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), value);
  static_cast<void>(end);
  if (error == std::errc::result_out_of_range)
    return raw.starts_with('-') ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  return value;
}

}  // namespace

Result<Fields> Fields::from_json_body(std::string body) {
  if (skip_space(body, 0) == body.size()) return Fields();
  repair_lone_surrogate_escapes(body);
  if (auto fault = fault_of_body(body)) return refuse(ErrorCode::invalid_argument, std::move(*fault));
  return from_text(std::move(body));
}

Fields Fields::from_event(std::string_view json) {
  std::size_t at = skip_space(json, 0);
  if (at >= json.size() || json[at] != '[') return {};
  at = skip_value(json, skip_space(json, at + 1));  // the name
  if (at == npos) return {};
  at = skip_space(json, at);
  if (at >= json.size() || json[at] != ',') return {};
  return from_value(json.substr(at + 1));
}

Fields Fields::from_value(std::string_view json) {
  const std::size_t at = skip_space(json, 0);
  if (at >= json.size() || json[at] != '{') return {};
  const std::size_t end = skip_value(json, at);
  Fields fields;
  if (end == npos) return fields;
  fields.viewed_ = json.substr(at, end - at);
  fields.find_members();
  return fields;
}

Fields Fields::from_form_body(std::string_view body) {
  std::string json;
  JsonWriter writer(json);
  writer.begin_object();
  while (!body.empty()) {
    const std::size_t end = body.find('&');
    const std::string_view pair = body.substr(0, end);
    const std::size_t equals = pair.find('=');
    if (!pair.empty()) {
      std::string name;
      append_json_string(name, decode_form_text(pair.substr(0, equals)));
      writer.key(std::string_view(name).substr(1, name.size() - 2));
      writer.string(equals == npos ? "" : decode_form_text(pair.substr(equals + 1)));
    }
    body.remove_prefix(end == npos ? body.size() : end + 1);
  }
  writer.end_object();
  return from_text(std::move(json));
}

Fields Fields::from_text(std::string text) {
  Fields fields;
  fields.text_ = std::move(text);
  fields.find_members();
  return fields;
}

void Fields::find_members() {
  const std::string_view json = text();
  std::size_t at = skip_space(json, 0);
  if (at >= json.size() || json[at] != '{') return;
  for (at = skip_space(json, at + 1); at < json.size() && json[at] == '"' && !has_too_many(); at = skip_space(json, at + 1)) {
    const std::size_t name_end = skip_string(json, at);
    if (name_end == npos) break;
    const std::size_t colon = skip_space(json, name_end);
    const std::size_t value = skip_space(json, colon + 1);
    const std::size_t value_end = value < json.size() ? skip_value(json, value) : npos;
    if (value_end == npos) break;
    members_.push_back({static_cast<std::uint32_t>(at + 1), static_cast<std::uint32_t>(name_end - at - 2),
                        static_cast<std::uint32_t>(value), static_cast<std::uint32_t>(value_end - value), kind_at(json[value])});
    at = skip_space(json, value_end);  // the comma, or the end
  }
}

const Fields::Member* Fields::find(std::string_view name) const {
  for (auto member = members_.rbegin(); member != members_.rend(); ++member) {
    const std::string_view written = slice(member->name_offset, member->name_size);
    if (written == name) return &*member;
    if (written.find('\\') != npos && json_text::decode_string(written) == name) return &*member;
  }
  return nullptr;
}

Fields::Kind Fields::kind(std::string_view name) const {
  const Member* member = find(name);
  return member == nullptr ? Kind::absent : member->kind;
}

bool Fields::falsy(std::string_view name) const {
  switch (kind(name)) {
    case Kind::absent:
    case Kind::null:
      return true;
    case Kind::boolean:
      return raw(name) == "false";
    case Kind::number:
      return number(name) == 0.0;
    case Kind::string:
      return raw(name).size() == 2;
    case Kind::array:
    case Kind::object:
      return false;
  }
  return false;
}

std::optional<std::string> Fields::string(std::string_view name) const {
  const Member* member = find(name);
  if (member == nullptr || member->kind != Kind::string) return std::nullopt;
  return json_text::decode_string(slice(member->raw_offset + 1, member->raw_size - 2));
}

std::optional<std::vector<std::string>> Fields::strings(std::string_view name) const {
  if (kind(name) != Kind::array) return std::nullopt;
  const std::string_view json = raw(name);
  std::vector<std::string> texts;
  std::size_t at = skip_space(json, 1);
  while (at < json.size() && json[at] == '"') {
    const std::size_t end = skip_string(json, at);
    if (end == npos) return std::nullopt;
    texts.push_back(json_text::decode_string(json.substr(at + 1, end - at - 2)));
    at = skip_space(json, end);
    if (at < json.size() && json[at] == ',') at = skip_space(json, at + 1);
  }
  if (at + 1 != json.size()) return std::nullopt;  // an element is not a string
  return texts;
}

std::optional<double> Fields::number(std::string_view name) const {
  const Member* member = find(name);
  if (member == nullptr || member->kind != Kind::number) return std::nullopt;
  return to_number(slice(member->raw_offset, member->raw_size));
}

std::string_view Fields::raw(std::string_view name) const {
  const Member* member = find(name);
  return member == nullptr ? std::string_view() : slice(member->raw_offset, member->raw_size);
}

domain::TextField Fields::text_field(std::string_view name) const {
  using State = domain::TextField::State;
  if (falsy(name)) return {State::falsy, {}};
  auto text = string(name);
  return text ? domain::TextField{State::text, std::move(*text)} : domain::TextField{State::not_text, {}};
}

domain::SessionField Fields::session_field(std::string_view name) const {
  using State = domain::SessionField::State;
  if (falsy(name)) return {State::falsy, {}};
  const Member* member = find(name);
  if (member->kind != Kind::string) return {State::foreign, {}};
  const std::string_view written = slice(member->raw_offset + 1, member->raw_size - 2);
  return written.find('\\') == npos ? session_from_path(written) : session_from_path(json_text::decode_string(written));
}

domain::SessionField session_from_path(std::string_view segment) {
  using State = domain::SessionField::State;
  const auto id = SessionId::parse(segment);
  return id ? domain::SessionField{State::given, *id} : domain::SessionField{State::foreign, {}};
}

}  // namespace parley::api
