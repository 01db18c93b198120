// The text of a position. Each position has exactly one text: no sign, no leading zero, lower case only.
#include "domain/position.hpp"

#include <algorithm>
#include <charconv>

#include "base/limits.hpp"

namespace parley::domain {
namespace {

constexpr std::size_t proof_digits = 16;

std::optional<std::uint32_t> parse_seq(std::string_view text) {
  std::uint32_t seq = 0;
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seq);
  if (error != std::errc{} || end != text.data() + text.size() || seq > limits::seq_max) return std::nullopt;
  return seq;
}

std::optional<std::uint64_t> parse_proof(std::string_view text) {
  const auto is_digit = [](char digit) { return (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f'); };
  if (text.size() != proof_digits || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  std::uint64_t proof = 0;
  std::from_chars(text.data(), text.data() + text.size(), proof, 16);
  return proof;
}

}  // namespace

std::optional<Position> Position::parse(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto seq = parse_seq(text.substr(0, dot));
  const auto proof = parse_proof(text.substr(dot + 1));
  if (!seq || !proof) return std::nullopt;
  return Position{*seq, *proof};
}

std::optional<LogPlace> LogPlace::parse(std::string_view text) {
  if (const auto position = Position::parse(text)) return LogPlace{position->seq, position->proof};
  if (const auto seq = parse_seq(text)) return LogPlace{*seq, std::nullopt};
  return std::nullopt;
}

Position Position::at(std::uint32_t seq, const Digest32& digest) {
  std::uint64_t proof = 0;
  for (std::size_t index = 0; index < sizeof proof; ++index) proof = (proof << 8) | digest[index];
  return {seq, proof};
}

std::string Position::to_string() const {
  std::string text;
  append_to(text);
  return text;
}

void Position::append_to(std::string& out) const {
  constexpr std::string_view hex_digits = "0123456789abcdef";
  char text[32];  // ten digits, a dot and proof_digits
  char* end = std::to_chars(text, text + sizeof text, seq).ptr;
  *end++ = '.';
  for (int shift = 60; shift >= 0; shift -= 4) *end++ = hex_digits[(proof >> shift) & 15];
  out.append(text, end);
}

}  // namespace parley::domain
