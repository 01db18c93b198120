// The identifiers of the contract: `<oid>` (24 hex digits), `<sid>` and user ids (docs/api-contract.md, "Words").
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace parley {

/// 12 bytes, written as 24 lower-case hexadecimal digits (BSON specification, "ObjectId").
struct ObjectId {
  std::array<std::uint8_t, 12> bytes{};

  /// Accepts exactly 24 hexadecimal digits, in either case.
  [[nodiscard]] static std::optional<ObjectId> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;
  void append_to(std::string& out) const;

  friend auto operator<=>(const ObjectId&, const ObjectId&) = default;
};

/// 1 to bytes_max bytes of UTF-8 without control characters (Unicode category Cc), compared byte by byte and never normalised. The text is
/// Ids of up to bytes_in_place bytes (a UUID, an `<oid>`) do not allocate: hot paths copy, hash and compare them, and every connection
/// keeps about ten. A default-constructed id is empty.
class TextId {
 public:
  static constexpr std::size_t bytes_max =
      64;  // limits::id_bytes_max, repeated here: this header is included everywhere, limits.hpp changes often
  static constexpr std::size_t bytes_in_place = 39;

  [[nodiscard]] std::string_view text() const { return {is_in_place() ? place_.data() : heap(), size_}; }
  [[nodiscard]] std::string to_string() const { return std::string(text()); }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  friend bool operator==(const TextId& left, const TextId& right) { return left.text() == right.text(); }
  friend std::strong_ordering operator<=>(const TextId& left, const TextId& right) { return left.text() <=> right.text(); }

 protected:
  TextId() = default;
  /// Asserts that `text` has at most bytes_max bytes.
  explicit TextId(std::string_view text);
  TextId(const TextId& other) {
    if (other.is_in_place())
      take(other);
    else
      copy(other.text());
  }
  TextId(TextId&& other) noexcept {
    take(other);
    other.size_ = 0;
  }
  TextId& operator=(const TextId& other) { return *this = TextId(other); }
  TextId& operator=(TextId&& other) noexcept {
    if (this == &other) return *this;
    free();
    take(other);
    other.size_ = 0;
    return *this;
  }
  ~TextId() { free(); }
  /// Checks the rule in the comment of the class.
  [[nodiscard]] static bool is_valid(std::string_view text);

 private:
  [[nodiscard]] bool is_in_place() const { return size_ <= bytes_in_place; }
  /// The address of a long id's bytes is where a short one has its own.
  [[nodiscard]] char* heap() const {
    char* address = nullptr;
    std::memcpy(&address, place_.data(), sizeof address);
    return address;
  }
  void copy(std::string_view text);
  void take(const TextId& other) {
    place_ = other.place_;
    size_ = other.size_;
  }
  void free() {
    if (!is_in_place()) delete[] heap();
  }

  std::array<char, bytes_in_place> place_{};
  std::uint8_t size_ = 0;
};
static_assert(sizeof(TextId) == 40);

/// A call session. The server generates UUIDs. Applications may choose their own ids.
class SessionId : public TextId {
 public:
  SessionId() = default;
  [[nodiscard]] static std::optional<SessionId> parse(std::string_view text);
  /// Makes a UUID of version 4 (RFC 9562 §5.4) from 16 random bytes, lower-case with hyphens.
  [[nodiscard]] static SessionId from_random(std::array<std::uint8_t, 16> random);

 private:
  explicit SessionId(std::string_view text) : TextId(text) {}
};

/// A person. An id of 24 hexadecimal digits is an `<oid>`: accepted in either case and kept in lower case (docs/api-contract.md §1.2).
/// Empty: the server itself.
class UserId : public TextId {
 public:
  UserId() = default;
  /// Also refuses 24 zeros: they denote the server itself in places where a user is expected.
  [[nodiscard]] static std::optional<UserId> parse(std::string_view text);
  [[nodiscard]] static UserId of(const ObjectId& id);
  /// This id as an `<oid>`; nothing if it is not one.
  [[nodiscard]] std::optional<ObjectId> object_id() const { return ObjectId::parse(text()); }

 private:
  explicit UserId(std::string_view text) : TextId(text) {}
};

/// A session's number inside one store: 40 random bits, unique in that store, never zero. Every message id contains it in the middle.
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
