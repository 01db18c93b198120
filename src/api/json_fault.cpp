#include "api/json_fault.hpp"

#include <optional>

#include <simdjson.h>

namespace parley::api {
namespace {

using simdjson::ondemand::json_type;
using simdjson::ondemand::value;

constexpr int depth_max = 256;  // deeper text gets a message without a place

// Reads every value. At the first fault, the current location of the document is the place of the fault.
simdjson::error_code read(value here, int depth);

simdjson::error_code read_members(simdjson::ondemand::object object, int depth) {
  for (auto field : object) {
    std::string_view name;
    if (const auto error = field.unescaped_key().get(name)) return error;
    value inner;
    if (const auto error = field.value().get(inner)) return error;
    if (const auto error = read(inner, depth)) return error;
  }
  return simdjson::SUCCESS;
}

simdjson::error_code read_elements(simdjson::ondemand::array array, int depth) {
  for (auto element : array) {
    value inner;
    if (const auto error = element.get(inner)) return error;
    if (const auto error = read(inner, depth)) return error;
  }
  return simdjson::SUCCESS;
}

simdjson::error_code read(value here, int depth) {
  if (depth == depth_max) return simdjson::DEPTH_ERROR;
  json_type type{};
  if (const auto error = here.type().get(type)) return error;
  switch (type) {
    case json_type::object: {
      simdjson::ondemand::object object;
      const auto error = here.get_object().get(object);
      return error ? error : read_members(object, depth + 1);
    }
    case json_type::array: {
      simdjson::ondemand::array array;
      const auto error = here.get_array().get(array);
      return error ? error : read_elements(array, depth + 1);
    }
    case json_type::string:
      return here.get_string().error();
    case json_type::number:
      return here.get_number().error();
    case json_type::boolean:
      return here.get_bool().error();
    case json_type::null: {
      bool is_null = false;
      const auto error = here.is_null().get(is_null);
      return error || is_null ? error : simdjson::N_ATOM_ERROR;
    }
  }
  return simdjson::TAPE_ERROR;
}

std::string without_place(simdjson::error_code error) {
  switch (error) {
    case simdjson::UTF8_ERROR:
      return "Invalid JSON: it is not UTF-8";
    case simdjson::UNCLOSED_STRING:
      return "Invalid JSON: a string is not closed";
    case simdjson::UNESCAPED_CHARS:
      return "Invalid JSON: a string holds a control character that is not escaped";
    case simdjson::DEPTH_ERROR:
      return "Invalid JSON: it is nested too deeply";
    default:
      return "Invalid JSON";
  }
}

}  // namespace

std::string describe_json_fault(std::string_view text) {
  simdjson::ondemand::parser parser;
  const simdjson::padded_string padded(text);
  simdjson::ondemand::document document;
  if (const auto error = parser.iterate(padded).get(document)) return without_place(error);
  value top;
  auto error = document.get_value().get(top);
  if (!error) error = read(top, 0);
  if (error == simdjson::DEPTH_ERROR) return without_place(error);
  const char* place = nullptr;
  if (document.current_location().get(place) != simdjson::SUCCESS) return without_place(error);
  const auto offset = static_cast<std::size_t>(place - padded.data());
  if (offset > text.size()) return without_place(error);
  return "Invalid JSON near byte " + std::to_string(offset);
}

}  // namespace parley::api
