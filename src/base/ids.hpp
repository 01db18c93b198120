// The identifiers of the contract: `<oid>` (24 hex digits), `<sid>` and user ids (docs/api-contract.md, "Words").
#pragma once

#include <array>
#include <compare>
#include <cstddef>
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

/// 1 to bytes_max bytes of UTF-8 without control characters (Unicode category Cc), compared byte by byte and never normalised.
/// Held in place: an id is copied, hashed and compared on every hot path, and never allocates. Default-made it is empty and names nothing.
class TextId {
 public:
  static constexpr std::size_t bytes_max =
      64;  // limits::id_bytes_max; named here because ids are included everywhere and limits change often

  [[nodiscard]] std::string_view text() const { return {text_.data(), size_}; }
  [[nodiscard]] std::string to_string() const { return std::string(text()); }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  friend bool operator==(const TextId& left, const TextId& right) { return left.text() == right.text(); }
  friend std::strong_ordering operator<=>(const TextId& left, const TextId& right) { return left.text() <=> right.text(); }

 protected:
  TextId() = default;
  /// Asserted: at most bytes_max bytes.
  explicit TextId(std::string_view text);
  /// The rule above.
  [[nodiscard]] static bool is_valid(std::string_view text);

 private:
  std::array<char, bytes_max> text_{};
  std::uint8_t size_ = 0;
};

/// A call session. The server makes UUIDs; applications choose ids of their own.
class SessionId : public TextId {
 public:
  SessionId() = default;
  [[nodiscard]] static std::optional<SessionId> parse(std::string_view text);
  /// Makes a UUID of version 4 (RFC 9562 §5.4) from 16 random bytes, lower-case with hyphens.
  [[nodiscard]] static SessionId from_random(std::array<std::uint8_t, 16> random);

 private:
  explicit SessionId(std::string_view text) : TextId(text) {}
};

/// A person. 24 hexadecimal digits are an `<oid>` and are taken in either case and kept in lower case (docs/api-contract.md §1.2). Empty:
/// the server itself.
class UserId : public TextId {
 public:
  UserId() = default;
  /// Refuses 24 zeros as well: so the server itself is written where a user is expected.
  [[nodiscard]] static std::optional<UserId> parse(std::string_view text);
  [[nodiscard]] static UserId of(const ObjectId& id);
  /// The `<oid>` that this id is, if it is one.
  [[nodiscard]] std::optional<ObjectId> object_id() const { return ObjectId::parse(text()); }

 private:
  explicit UserId(std::string_view text) : TextId(text) {}
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
  std::size_t operator()(const parley::SessionId& id) const noexcept { return std::hash<std::string_view>{}(id.text()); }
};
template <>
struct std::hash<parley::UserId> {
  std::size_t operator()(const parley::UserId& id) const noexcept { return std::hash<std::string_view>{}(id.text()); }
};
template <>
struct std::hash<parley::SessionNumber> {
  std::size_t operator()(const parley::SessionNumber& number) const noexcept { return std::hash<std::uint64_t>{}(number.value); }
};
