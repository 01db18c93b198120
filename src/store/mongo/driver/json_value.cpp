#include "store/mongo/driver/json_value.hpp"

#include <bson/bson.h>
#include <simdjson.h>

#include <limits>

#include "base/clock.hpp"
#include "base/json_writer.hpp"

namespace parley::store::mongo {

namespace {

using simdjson::dom::element_type;

constexpr int depth_max = 100;  // MongoDB's own limit of nesting

bool add(Document& into, std::string_view name, simdjson::dom::element value, int depth);

bool add_object(Document& into, std::string_view name, simdjson::dom::object object, int depth) {
  Document made;
  for (const auto& [key, value] : object)
    if (key.find('\0') != std::string_view::npos || !add(made, key, value, depth + 1)) return false;
  into.document(name, made);
  return true;
}

bool add_array(Document& into, std::string_view name, simdjson::dom::array array, int depth) {
  Document made;
  std::size_t index = 0;
  for (const simdjson::dom::element value : array)
    if (!add(made, std::to_string(index++), value, depth + 1)) return false;
  into.array(name, made);
  return true;
}

void add_integer(Document& into, std::string_view name, std::int64_t value) {
  const bool is_small = value >= std::numeric_limits<std::int32_t>::min() && value <= std::numeric_limits<std::int32_t>::max();
  if (is_small)
    into.int32(name, static_cast<std::int32_t>(value));
  else
    into.int64(name, value);
}

bool add(Document& into, std::string_view name, simdjson::dom::element value, int depth) {
  if (depth > depth_max) return false;
  switch (value.type()) {
    case element_type::OBJECT:
      return add_object(into, name, value.get_object().value_unsafe(), depth);
    case element_type::ARRAY:
      return add_array(into, name, value.get_array().value_unsafe(), depth);
    case element_type::STRING:
      into.text(name, value.get_string().value_unsafe());
      return true;
    case element_type::INT64:
      add_integer(into, name, value.get_int64().value_unsafe());
      return true;
    case element_type::UINT64:
      into.number(name, static_cast<double>(value.get_uint64().value_unsafe()));
      return true;
    case element_type::DOUBLE:
      into.number(name, value.get_double().value_unsafe());
      return true;
    case element_type::BOOL:
      into.boolean(name, value.get_bool().value_unsafe());
      return true;
    case element_type::NULL_VALUE:
      into.null(name);
      return true;
  }
  return false;
}

void write(JsonWriter& writer, const bson_iter_t& at);

void write_elements(JsonWriter& writer, const bson_iter_t& parent, bool with_names) {
  bson_iter_t child;
  if (!bson_iter_recurse(&parent, &child)) return;
  while (bson_iter_next(&child)) {
    if (with_names) {
      std::string name;
      JsonWriter(name).string(std::string_view(bson_iter_key(&child), bson_iter_key_len(&child)));
      writer.key(std::string_view(name).substr(1, name.size() - 2));
    }
    write(writer, child);
  }
}

void write_text(JsonWriter& writer, const bson_iter_t& at) {
  std::uint32_t length = 0;
  const char* text = bson_iter_utf8(&at, &length);
  writer.string({text, length});
}

void write(JsonWriter& writer, const bson_iter_t& at) {
  switch (bson_iter_type(&at)) {
    case BSON_TYPE_DOCUMENT:
      writer.begin_object();
      write_elements(writer, at, true);
      writer.end_object();
      return;
    case BSON_TYPE_ARRAY:
      writer.begin_array();
      write_elements(writer, at, false);
      writer.end_array();
      return;
    case BSON_TYPE_UTF8:
      return write_text(writer, at);
    case BSON_TYPE_INT32:
    case BSON_TYPE_INT64:
      writer.integer(bson_iter_as_int64(&at));
      return;
    case BSON_TYPE_DOUBLE:
      writer.number(bson_iter_double(&at));
      return;
    case BSON_TYPE_BOOL:
      writer.boolean(bson_iter_bool(&at));
      return;
    case BSON_TYPE_OID: {
      char digits[25];
      bson_oid_to_string(bson_iter_oid(&at), digits);
      writer.string(digits);
      return;
    }
    case BSON_TYPE_DATE_TIME:
      writer.string(to_iso8601(Timestamp(std::chrono::milliseconds(bson_iter_date_time(&at)))));
      return;
    default:
      writer.null();
  }
}

}  // namespace

bool add_json(Document& document, std::string_view name, std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element value;
  if (parser.parse(json.data(), json.size()).get(value) != simdjson::SUCCESS) return false;
  return add(document, name, value, 1);
}

std::string json_of(const Fields& fields, std::string_view name) {
  bson_t document;
  bson_iter_t at;
  std::string json;
  if (!bson_init_static(&document, fields.data(), fields.size())) return json;
  if (!bson_iter_init_find_w_len(&at, &document, name.data(), static_cast<int>(name.size()))) return json;
  JsonWriter writer(json);
  write(writer, at);
  return json;
}

}  // namespace parley::store::mongo
