// Writes JSON Schema from constants. `keywords` is a fragment of an object: JsonWriter::raw can write it between two members.
#include "api/schema.hpp"

#include <algorithm>

#include "api/schemas.hpp"

namespace parley::api {

void SchemaWriter::write(const Schema& schema) {
  writer_.begin_object();
  if (schema.name.empty())
    write_keywords(schema);
  else
    refer(schema);
  writer_.end_object();
}

void SchemaWriter::refer(const Schema& schema) {
  if (std::ranges::find(referred_, &schema) == referred_.end()) referred_.push_back(&schema);
  writer_.member("$ref", "#/components/schemas/" + std::string(schema.name));
}

void SchemaWriter::write_keywords(const Schema& schema, Notation notation) {
  if (!schema.about.empty()) writer_.member("description", schema.about);
  if (!schema.text.empty()) writer_.member("const", schema.text);
  if (!schema.keywords.empty()) writer_.raw(schema.keywords);
  if (!schema.any_of.empty()) {
    writer_.key("anyOf").begin_array();
    for (const auto* each : schema.any_of) write(notation == Notation::form && each == &schemas::not_given ? schemas::empty : *each);
    writer_.end_array();
  }
  if (schema.items != nullptr) {
    writer_.member("type", "array").key("items");
    write(*schema.items);
  }
  if (schema.length_max > 0) {
    writer_.key(schema.items == nullptr ? "maxLength" : "maxItems").integer(static_cast<std::int64_t>(schema.length_max));
  }
  if (!schema.members.empty()) write_members(schema.members);
}

void SchemaWriter::write_members(std::span<const Member> members, std::string_view type, Notation notation) {
  writer_.raw(type).key("properties").begin_object();
  for (const auto& member : members) {
    writer_.key(member.name).begin_object();
    if (!member.about.empty()) writer_.member("description", member.about);
    if (member.schema->name.empty()) {
      Schema inlined = *member.schema;
      if (!member.about.empty()) inlined.about = {};
      write_keywords(inlined, notation);
    } else {
      refer(*member.schema);
    }
    writer_.end_object();
  }
  writer_.end_object();
  if (std::ranges::none_of(members, [](const Member& member) { return member.presence == Presence::required; })) return;
  writer_.key("required").begin_array();
  for (const auto& member : members) {
    if (member.presence == Presence::required) writer_.string(member.name);
  }
  writer_.end_array();
}

void SchemaWriter::write_named() {
  writer_.begin_object();
  for (std::size_t index = 0; index < referred_.size(); ++index) {  // the list grows while it is written
    const auto& schema = *referred_[index];
    writer_.key(schema.name).begin_object();
    write_keywords(schema);
    writer_.key("examples").begin_array();
    write_example(writer_, schema);
    writer_.end_array().end_object();
  }
  writer_.end_object();
}

void write_example(JsonWriter& writer, const Schema& schema) {
  if (!schema.example.empty()) {
    writer.raw(schema.example);
  } else if (!schema.text.empty()) {
    writer.string(schema.text);
  } else if (schema.items != nullptr) {
    writer.begin_array();
    write_example(writer, *schema.items);
    writer.end_array();
  } else if (!schema.any_of.empty()) {
    write_example(writer, *schema.any_of.front());
  } else {
    write_example(writer, schema.members);
  }
}

void write_example(JsonWriter& writer, std::span<const Member> members) {
  writer.begin_object();
  for (const auto& member : members) {
    if (member.presence == Presence::rare) continue;
    writer.key(member.name);
    write_example(writer, *member.schema);
  }
  writer.end_object();
}

}  // namespace parley::api
