// The two identifiers of the contract: `<oid>` (24 hex digits) and `<uuid>` (docs/api-contract.md, "Words").
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace parley {

/// 12 bytes, written as 24 lower-case hexadecimal digits (BSON specification, "ObjectId").
struct ObjectId {
  std::array<std::uint8_t, 12> bytes{};

  /// Exactly 24 hexadecimal digits of either case; nothing else.
  [[nodiscard]] static std::optional<ObjectId> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;
  void append_to(std::string& out) const;

  friend auto operator<=>(const ObjectId&, const ObjectId&) = default;
};

/// A UUID of version 4 (RFC 9562 §5.4), written lower-case with hyphens.
struct SessionId {
  std::array<std::uint8_t, 16> bytes{};

  /// 36 characters, hyphens in place, hexadecimal digits of lower case; any version is taken.
  [[nodiscard]] static std::optional<SessionId> parse(std::string_view text);
  /// Makes a version 4 UUID from 16 random bytes.
  [[nodiscard]] static SessionId from_random(std::array<std::uint8_t, 16> random);
  [[nodiscard]] std::string to_string() const;
  void append_to(std::string& out) const;

  friend auto operator<=>(const SessionId&, const SessionId&) = default;
};

/// A session's number inside one store: 40 random bits, unique there, never zero. The middle of every message id.
struct SessionNumber {
  std::uint64_t value = 0;

  friend auto operator<=>(const SessionNumber&, const SessionNumber&) = default;
};

}  // namespace parley

template <>
struct std::hash<parley::ObjectId> {
  std::size_t operator()(const parley::ObjectId& id) const noexcept;
};
template <>
struct std::hash<parley::SessionId> {
  std::size_t operator()(const parley::SessionId& id) const noexcept;
};
template <>
struct std::hash<parley::SessionNumber> {
  std::size_t operator()(const parley::SessionNumber& number) const noexcept { return std::hash<std::uint64_t>{}(number.value); }
};
