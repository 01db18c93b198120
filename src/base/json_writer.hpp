// Appends JSON to a string: what hot paths and answers are written with (151 ns an event; docs/adr/0004).
// Commas are placed by the writer; nesting mistakes are the caller's and asserted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace parley {

/// Appends `text` (valid UTF-8) as a JSON string with quotes: `"`, `\` and controls below U+0020 are escaped (RFC 8259 §7).
void append_json_string(std::string& out, std::string_view text);

class JsonWriter {
 public:
  /// Appends to `out`, which must outlive the writer.
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  /// `name` must need no escaping.
  JsonWriter& key(std::string_view name);

  JsonWriter& string(std::string_view text);
  JsonWriter& integer(std::int64_t value);
  /// Shortest form that reads back the same; not finite: null.
  JsonWriter& number(double value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  /// JSON that is known to be valid.
  JsonWriter& raw(std::string_view json);

  JsonWriter& member(std::string_view name, std::string_view text) { return key(name).string(text); }

 private:
  void separate();

  std::string& out_;
  std::uint32_t depth_ = 0;
  bool comma_due_ = false;
  bool value_due_ = false;  // a key stands without its value
};

}  // namespace parley
