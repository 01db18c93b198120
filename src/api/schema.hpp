// Describes the JSON of the contract as data. Handlers take the names of members from these constants, and /openapi.json and /asyncapi.json
// are written from the same constants. The schemas themselves are in schemas.hpp.
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

/// One member of an object. Handlers read it from api::Fields by this name.
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

/// A JSON Schema (2020-12) with its example. All schemas are constants, so one may point at another.
struct Schema {
  std::string_view name = {};  // under `components/schemas`; empty: written in full at every use
  std::string_view about = {};
  std::string_view keywords = {};        // members of the schema, as JSON: `"type":"string","format":"uuid"`
  std::string_view example = {};         // JSON; empty: built from members, items or the constant
  std::span<const Member> members = {};  // of an object
  const Schema* items = nullptr;         // of an array
  std::span<const Schema* const> any_of = {};
  std::string_view text = {};  // the only permitted text
  std::size_t length_max = 0;  // of a string or an array; 0: no maximum
};

/// The notation of the described values. In a form every value is text.
enum class Notation : std::uint8_t { json, form };

/// Writes schemas and remembers the named schemas that they refer to.
class SchemaWriter {
 public:
  explicit SchemaWriter(JsonWriter& writer) : writer_(writer) {}

  /// Writes the schema, or `{"$ref":…}` if it has a name.
  void write(const Schema& schema);
  /// Writes `"type":…,"properties":…,"required":…` into an object that is already open.
  void write_members(std::span<const Member> members, std::string_view type = R"("type":"object")", Notation notation = Notation::json);
  /// Writes an object with every named schema that was referred to, directly or by another named schema.
  void write_named();

 private:
  void write_keywords(const Schema& schema, Notation notation = Notation::json);
  void refer(const Schema& schema);

  JsonWriter& writer_;
  std::vector<const Schema*> referred_;
};

/// Writes an example of the schema. An example of an object has every member.
void write_example(JsonWriter& writer, const Schema& schema);
void write_example(JsonWriter& writer, std::span<const Member> members);

}  // namespace parley::api
