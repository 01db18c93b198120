// JSON from clients, read into domain values. Any JSON may come; nothing here throws, and nothing here judges more than shape.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/limits.hpp"
#include "domain/validation.hpp"

namespace parley::api {

/// A parsed JSON object's members as the contract looks at them. Owns its text, so values live as long as it does.
/// Source   RFC 8259; of a repeated name the last counts, as with ECMAScript's JSON.parse.
/// Cost     One pass over the text finds the members; nothing inside them is looked at until it is asked for.
class Fields {
 public:
  /// From the body of an HTTP request of type application/json. Empty: `{}`. An array: no members. Error invalid_argument when
  /// it does not parse or its top level is neither object nor array.
  [[nodiscard]] static Result<Fields> from_json_body(std::string body);
  /// From application/x-www-form-urlencoded. Bytes that are not UTF-8 become U+FFFD.
  [[nodiscard]] static Fields from_form_body(std::string_view body);
  /// From a Socket.IO event's arguments (`json` is the whole array): its first argument. Not an object: no members.
  [[nodiscard]] static Fields from_event(std::string_view json);
  /// From JSON that is known to be valid, such as `raw` of another Fields. Not an object: no members.
  [[nodiscard]] static Fields from_value(std::string_view json);

  enum class Kind : std::uint8_t { absent, null, boolean, number, string, array, object };
  [[nodiscard]] Kind kind(std::string_view name) const;
  /// There were more members than limits::body_members_max; those after them were not looked at.
  [[nodiscard]] bool has_too_many() const { return members_.size() > limits::body_members_max; }
  /// ECMAScript falsiness: absent, null, false, 0, "".
  [[nodiscard]] bool falsy(std::string_view name) const;
  /// The decoded string; nothing for other kinds.
  [[nodiscard]] std::optional<std::string> string(std::string_view name) const;
  /// An array of strings alone, decoded; nothing for other kinds.
  [[nodiscard]] std::optional<std::vector<std::string>> strings(std::string_view name) const;
  [[nodiscard]] std::optional<double> number(std::string_view name) const;
  /// The value's JSON as sent (white space inside kept); empty when absent.
  [[nodiscard]] std::string_view raw(std::string_view name) const;

  /// Message texts and ids: lone surrogate escapes became U+FFFD. Control characters are removed by domain::accept_message.
  [[nodiscard]] domain::TextField text_field(std::string_view name) const;
  [[nodiscard]] domain::SessionField session_field(std::string_view name) const;

 private:
  // Offsets into text_, for the object may move.
  struct Member {
    std::uint32_t name_offset, name_size;  // without the quotes, still escaped
    std::uint32_t raw_offset, raw_size;
    Kind kind;
  };
  static Fields from_text(std::string text);
  [[nodiscard]] const Member* find(std::string_view name) const;
  [[nodiscard]] std::string_view slice(std::uint32_t offset, std::uint32_t size) const {
    return std::string_view(text_).substr(offset, size);
  }

  std::string text_;
  std::vector<Member> members_;
};

/// A session id from a path segment, percent-decoding done.
[[nodiscard]] domain::SessionField session_from_path(std::string_view segment);

/// A leading integer, as ECMAScript's parseInt(text, 10): `2abc` → 2, `2.7` → 2, `1e2` → 1; nothing for none. Saturates.
[[nodiscard]] std::optional<std::int64_t> leading_integer(std::string_view text);
/// `before`: ISO 8601 date or date-time, or all-digit epoch milliseconds.
[[nodiscard]] std::optional<Timestamp> parse_before(std::string_view text);
/// `%41` → `A` and, as forms have it, `+` → space. A `%` without two digits stays as it is.
[[nodiscard]] std::string decode_form_text(std::string_view text);
/// The first value of `name` in a query (`a=1&b=2`, without `?`), decoded; nothing when it is absent.
[[nodiscard]] std::optional<std::string> query_value(std::string_view query, std::string_view name);

}  // namespace parley::api
