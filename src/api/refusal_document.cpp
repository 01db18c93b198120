#include "api/refusal_document.hpp"

#include <algorithm>
#include <array>

namespace parley::api {

namespace {

using enum ErrorCode;

// Errors of reads come first. A use case that writes also reads, so it can return all of them.
constexpr auto refusals = std::to_array<Refusal>({
    {log_corrupt, "The log of this session is damaged"},
    {log_corrupt, "The record of this session is damaged"},
    {log_corrupt, "The session's log is missing"},
    {log_corrupt, "The directory is damaged"},
    {overloaded, "Server is overloaded, please try again"},
    {overloaded, "The server is overloaded"},
    {store_failed, "The store has failed and accepts nothing until restart"},
    {store_failed, "The store cannot be read"},
    {store_failed, "The store cannot be reached"},
    {store_failed, "The store is stopped"},
    {store_failed, "The database refuses this"},
    {outcome_unknown, "The outcome is not known"},
    {store_full, "The store is full"},
});
constexpr std::size_t of_writes_only = 3;

bool varies(std::string_view text) {
  return text.find('{') != std::string_view::npos;
}

/// An ECMA-262 regular expression that matches the whole text.
std::string pattern_of(std::string_view text) {
  std::string pattern = "^";
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '{') {
      pattern += "(.|\\n)*";
      at = text.find('}', at);
    } else {
      if (std::string_view("\\^$.|?*+()[]").find(c) != std::string_view::npos) pattern += '\\';
      pattern += c;
    }
  }
  return pattern += '$';
}

}  // namespace

std::span<const Refusal> store_refusals(Work work) {
  switch (work) {
    case Work::none:
      return {};
    case Work::reads:
      return std::span(refusals).first(refusals.size() - of_writes_only);
    case Work::writes:
      return refusals;
  }
  return {};
}

std::string example_of(std::string_view text) {
  std::string example(text);
  std::erase_if(example, [](char c) { return c == '{' || c == '}'; });
  return example;
}

void write_texts_schema(JsonWriter& writer, const std::vector<std::string_view>& texts) {
  writer.begin_object().key("anyOf").begin_array();
  if (!std::ranges::all_of(texts, varies)) {
    writer.begin_object().key("enum").begin_array();
    for (const auto text : texts) {
      if (!varies(text)) writer.string(text);
    }
    writer.end_array().end_object();
  }
  for (const auto text : texts) {
    if (varies(text)) writer.begin_object().member("type", "string").member("pattern", pattern_of(text)).end_object();
  }
  writer.end_array().end_object();
}

}  // namespace parley::api
