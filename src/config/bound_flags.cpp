#include "config/bound_flags.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <limits>
#include <utility>

#include "domain/error_code.hpp"

namespace parley::config {

namespace {

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

template <typename Number>
std::string to_text(Number number) {
  if constexpr (std::is_integral_v<Number>) {
    return std::to_string(number);
  } else {
    char text[32];
    std::snprintf(text, sizeof(text), "%.10g", number);
    return text;
  }
}

bool is_choice(std::string_view choices, std::string_view value) {
  return ("|" + std::string(choices) + "|").find("|" + std::string(value) + "|") != std::string::npos &&
         value.find('|') == std::string_view::npos;
}

constexpr std::string_view not_whole = "must be a whole number that is not negative.";

}  // namespace

void BoundFlags::text(Flag flag, std::string& variable) {
  const std::string default_value = variable;
  add(std::move(flag), default_value, [&variable](const std::string& value) {
    variable = value;
    return std::string();
  });
}

template <typename Number>
void BoundFlags::number(Flag flag, Number& variable, Range<std::type_identity_t<Number>> range) {
  const std::string bounds = to_text(range.least) + " to " + to_text(range.most);
  const std::string fault = std::string("must be a ") + (std::is_integral_v<Number> ? "whole " : "") + "number from " + bounds + ".";
  add(std::move(flag), to_text(variable) + ", from " + bounds, [&variable, range, fault](const std::string& value) {
    const auto number = parse_number<Number>(value);
    if (!number || !(*number >= range.least && *number <= range.most)) return fault;  // the comparisons are false for a NaN
    variable = *number;
    return std::string();
  });
}

template void BoundFlags::number(Flag flag, std::uint32_t& variable, Range<std::uint32_t> range);
template void BoundFlags::number(Flag flag, std::uint64_t& variable, Range<std::uint64_t> range);
template void BoundFlags::number(Flag flag, double& variable, Range<double> range);

void BoundFlags::number(Flag flag, std::uint64_t& variable) {
  add(std::move(flag), to_text(variable), [&variable](const std::string& value) {
    const auto number = parse_number<std::uint64_t>(value);
    if (number) variable = *number;
    return std::string(number ? std::string_view() : not_whole);
  });
}

void BoundFlags::number(Flag flag, std::optional<std::uint64_t>& variable) {
  add(std::move(flag), variable ? to_text(*variable) : std::string(), [&variable](const std::string& value) {
    const auto number = parse_number<std::uint64_t>(value);
    if (number) variable = number;
    return std::string(number ? std::string_view() : not_whole);
  });
}

void BoundFlags::choice(Flag flag, std::string& variable) {
  const std::string choices = flag.placeholder;
  const std::string default_value = variable;
  add(std::move(flag), default_value, [&variable, choices](const std::string& value) {
    if (!is_choice(choices, value)) return "must be one of " + choices + ".";
    variable = value;
    return std::string();
  });
}

void BoundFlags::toggle(Flag flag, bool& variable) {
  add(std::move(flag), {}, [&variable](const std::string&) {
    variable = true;
    return std::string();
  });
}

void BoundFlags::add(Flag flag, const std::string& note, Setter setter) {
  if (!note.empty()) flag.doc += " (" + note + ")";
  flags_.push_back(std::move(flag));
  setters_.push_back(std::move(setter));
}

Result<void> BoundFlags::read(std::span<const std::string_view> arguments, std::string_view help) {
  const auto given = parse_flags(arguments, flags_, help);
  if (!given) return std::unexpected(given.error());
  for (const auto& [name, value] : *given) {
    const auto index = static_cast<std::size_t>(std::ranges::find(flags_, name, &Flag::name) - flags_.begin());
    if (const auto fault = setters_[index](value); !fault.empty())
      return refuse(ErrorCode::invalid_argument, name + " \"" + value + "\" " + fault);
  }
  return {};
}

}  // namespace parley::config
