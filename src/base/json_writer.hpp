// Appends JSON to a string. Hot paths and answers use it (151 ns per event; docs/adr/0004). The writer places commas. It asserts that the
// caller nests objects and arrays correctly.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace parley {

/// Appends `text` (valid UTF-8) as a JSON string with quotes. Escapes `"`, `\` and control characters below U+0020 (RFC 8259 §7).
void append_json_string(std::string& out, std::string_view text);

class JsonWriter {
 public:
  /// Appends to `out`, which must outlive the writer.
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  /// `name` must not need escaping.
  JsonWriter& key(std::string_view name);

  JsonWriter& string(std::string_view text);
  /// A string that `append(std::string&)` writes; none of its characters needs an escape.
  template <typename Append>
  JsonWriter& plain_string(Append append) {
    separate();
    out_.push_back('"');
    append(out_);
    out_.push_back('"');
    return *this;
  }
  JsonWriter& integer(std::int64_t value);
  /// Writes the shortest form that reads back the same. A number that is not finite becomes null.
  JsonWriter& number(double value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  /// `json` must be valid JSON.
  JsonWriter& raw(std::string_view json);

  JsonWriter& member(std::string_view name, std::string_view text) { return key(name).string(text); }

 private:
  void separate();

  std::string& out_;
  std::uint32_t depth_ = 0;
  bool comma_due_ = false;
  bool value_due_ = false;  // a key was written and its value not yet
};

}  // namespace parley
