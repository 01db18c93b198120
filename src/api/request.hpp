// Reads JSON from clients into domain values. Clients may send any JSON. The code here never throws and checks only the shape.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/containers/inline_vector.hpp"
#include "base/limits.hpp"
#include "domain/validation.hpp"

namespace parley::api {

/// The members of a parsed JSON object, with the contract's rules for types. It owns the text of a body and views that of an event or
/// value. Source   RFC 8259. If a name is repeated, the last member counts, as in ECMAScript's JSON.parse. Cost     One pass over the text
/// finds the members. A value is parsed only when it is requested.
class Fields {
 public:
  /// From the body of an HTTP request of type application/json. An empty body means `{}`; an array has no members. Error invalid_argument
  /// if the body does not parse or its top level is neither object nor array.
  [[nodiscard]] static Result<Fields> from_json_body(std::string body);
  /// From application/x-www-form-urlencoded. Bytes that are not UTF-8 become U+FFFD.
  [[nodiscard]] static Fields from_form_body(std::string_view body);
  /// From a Socket.IO event's arguments (`json` is the whole array): views its first argument. No members if it is not an object.
  [[nodiscard]] static Fields from_event(std::string_view json);
  /// Views JSON that is known to be valid, such as `raw` of another Fields. No members if it is not an object.
  [[nodiscard]] static Fields from_value(std::string_view json);

  enum class Kind : std::uint8_t { absent, null, boolean, number, string, array, object };
  [[nodiscard]] Kind kind(std::string_view name) const;
  /// True if the text has more members than limits::body_members_max. The members after them were not read.
  [[nodiscard]] bool has_too_many() const { return members_.size() > limits::body_members_max; }
  /// ECMAScript falsiness: absent, null, false, 0, "".
  [[nodiscard]] bool falsy(std::string_view name) const;
  /// The decoded string; nothing for other kinds.
  [[nodiscard]] std::optional<std::string> string(std::string_view name) const;
  /// The decoded strings of an array; nothing if the value is no array or an element is no string.
  [[nodiscard]] std::optional<std::vector<std::string>> strings(std::string_view name) const;
  [[nodiscard]] std::optional<double> number(std::string_view name) const;
  /// The JSON of the value as sent (white space inside is kept); empty if absent.
  [[nodiscard]] std::string_view raw(std::string_view name) const;

  /// For message texts and ids. Lone surrogate escapes became U+FFFD. domain::accept_message removes control characters.
  [[nodiscard]] domain::TextField text_field(std::string_view name) const;
  [[nodiscard]] domain::SessionField session_field(std::string_view name) const;

 private:
  // Offsets into text_, not views, because the object may be moved.
  struct Member {
    std::uint32_t name_offset, name_size;  // without the quotes, still escaped
    std::uint32_t raw_offset, raw_size;
    Kind kind;
  };
  static Fields from_text(std::string text);
  [[nodiscard]] const Member* find(std::string_view name) const;
  [[nodiscard]] std::string_view slice(std::uint32_t offset, std::uint32_t size) const { return text().substr(offset, size); }

  [[nodiscard]] std::string_view text() const { return text_.empty() ? viewed_ : std::string_view(text_); }
  void find_members();

  std::string text_;         // of a body; empty: `viewed_`
  std::string_view viewed_;  // of an event or a value
  InlineVector<Member, 8> members_;
};

/// A session id from a path segment that is already percent-decoded.
[[nodiscard]] domain::SessionField session_from_path(std::string_view segment);

/// A leading integer, as ECMAScript's parseInt(text, 10): `2abc` → 2, `2.7` → 2, `1e2` → 1. Nothing if there is none. Saturates.
[[nodiscard]] std::optional<std::int64_t> leading_integer(std::string_view text);
/// `before`: ISO 8601 date or date-time, or all-digit epoch milliseconds.
[[nodiscard]] std::optional<Timestamp> parse_before(std::string_view text);
/// `%41` → `A`, and `+` → space as in forms. A `%` without two digits stays unchanged.
[[nodiscard]] std::string decode_form_text(std::string_view text);
/// The first value of `name` in a query (`a=1&b=2`, without `?`), decoded; nothing if it is absent.
[[nodiscard]] std::optional<std::string> query_value(std::string_view query, std::string_view name);

}  // namespace parley::api
