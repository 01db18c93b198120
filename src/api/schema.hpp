// What JSON of the contract looks like, as data: the members handlers read are named here, and /openapi.json and /asyncapi.json
// describe them from the same constants. The shapes themselves are in schemas.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.hpp"

namespace parley::api {

struct Schema;

enum class Presence : std::uint8_t { required, optional, rare };  // rare: optional, and not in the example

/// One member of an object: handlers ask api::Fields for it by this name.
struct Member {
  std::string_view name;
  const Schema* schema;
  std::string_view about = {};
  Presence presence = Presence::required;
};
[[nodiscard]] constexpr Member optional(Member member) {
  member.presence = Presence::optional;
  return member;
}
[[nodiscard]] constexpr Member rare(Member member) {
  member.presence = Presence::rare;
  return member;
}

/// A JSON Schema (2020-12) with its example. All constant, so one may point at another.
struct Schema {
  std::string_view name = {};  // under `components/schemas`; empty: written out wherever it is used
  std::string_view about = {};
  std::string_view keywords = {};        // members of the schema, as JSON: `"type":"string","format":"uuid"`
  std::string_view example = {};         // JSON; objects, arrays and constants make theirs
  std::span<const Member> members = {};  // of an object
  const Schema* items = nullptr;         // of an array
  std::span<const Schema* const> any_of = {};
  std::string_view text = {};  // the one text it can be
  std::size_t length_max = 0;  // of a string or an array; 0: none
};

/// What a schema describes: in a form every value is a text.
enum class Notation : std::uint8_t { json, form };

/// Writes schemas and remembers which named ones they refer to.
class SchemaWriter {
 public:
  explicit SchemaWriter(JsonWriter& writer) : writer_(writer) {}

  /// The schema, or `{"$ref":…}` when it has a name.
  void write(const Schema& schema);
  /// `"type":…,"properties":…,"required":…` into the object that is open.
  void write_members(std::span<const Member> members, std::string_view type = R"("type":"object")", Notation notation = Notation::json);
  /// Every named schema that was referred to, and those that they refer to: an object by name.
  void write_named();

 private:
  void write_keywords(const Schema& schema, Notation notation = Notation::json);
  void refer(const Schema& schema);

  JsonWriter& writer_;
  std::vector<const Schema*> referred_;
};

/// An example of the schema; of an object with every member.
void write_example(JsonWriter& writer, const Schema& schema);
void write_example(JsonWriter& writer, std::span<const Member> members);

}  // namespace parley::api
