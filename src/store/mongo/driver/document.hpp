// BSON documents (bsonspec.org, version 1.1), built and read, without the headers of libbson. Owner: one thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"

extern "C" {
struct _bson_t;
}

namespace parley::store::mongo {

/// A BSON document under construction. Names are copied, so they need not outlive the call.
class Document {
 public:
  Document();
  explicit Document(const ::_bson_t* copied);
  ~Document();
  Document(Document&& other) noexcept;
  Document& operator=(Document&& other) noexcept;

  Document& int32(std::string_view name, std::int32_t value);
  Document& int64(std::string_view name, std::int64_t value);
  Document& number(std::string_view name, double value);
  Document& boolean(std::string_view name, bool value);
  Document& null(std::string_view name);
  Document& text(std::string_view name, std::string_view value);
  Document& binary(std::string_view name, BytesView value);
  Document& id(std::string_view name, const ObjectId& value);
  /// 24 hexadecimal digits become an ObjectId, any other id a string. The server itself is the ObjectId of zeros.
  Document& user(std::string_view name, const UserId& value);
  Document& date(std::string_view name, Timestamp value);
  Document& document(std::string_view name, const Document& value);
  Document& array(std::string_view name, const Document& value);  // the names in `value` must be "0", "1", …

  [[nodiscard]] const ::_bson_t* raw() const { return bson_; }
  [[nodiscard]] ::_bson_t* raw() { return bson_; }
  [[nodiscard]] std::size_t size_bytes() const;
  /// Relaxed extended JSON: for messages and tests.
  [[nodiscard]] std::string to_json() const;

 private:
  ::_bson_t* bson_;
};

/// An array: values without names.
class Array {
 public:
  Array& binary(BytesView value);
  Array& text(std::string_view value);
  Array& id(const ObjectId& value);
  Array& user(const UserId& value);
  Array& null();
  Array& document(const Document& value);
  [[nodiscard]] const Document& as_document() const { return document_; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::string next() { return std::to_string(size_++); }
  Document document_;
  std::size_t size_ = 0;
};

/// {first: 1, second: 1, …}: a sort, the keys of an index, a projection.
[[nodiscard]] Document ascending(std::initializer_list<std::string_view> fields);

enum class Order : std::uint8_t { oldest_first, newest_first };

/// The time of the list element after which a walk continues.
struct TimeOfPlace {
  std::string_view field;
  Timestamp time;
  Order order;
};
/// Adds {$or: [{<time>: beyond}, {<time>: the same, <id>: <bound>}]}.
void require_behind(Document& filter, const TimeOfPlace& place, std::string_view id_field, const Document& id_bound);

/// Reads a document owned by other code. Returns empty for a field that is missing or of another type.
class Fields {
 public:
  Fields(const Document& document);  // NOLINT: a document is accepted wherever fields are wanted
  Fields(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  [[nodiscard]] bool has(std::string_view name) const;                             // also if it is null
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name) const;  // int32, int64, or a whole double
  [[nodiscard]] std::optional<bool> boolean(std::string_view name) const;
  [[nodiscard]] std::optional<std::string_view> text(std::string_view name) const;
  [[nodiscard]] std::optional<BytesView> binary(std::string_view name) const;
  [[nodiscard]] std::optional<ObjectId> id(std::string_view name) const;
  /// An ObjectId or a string that is a user id.
  [[nodiscard]] std::optional<UserId> user(std::string_view name) const;
  [[nodiscard]] std::optional<Timestamp> date(std::string_view name) const;
  /// Whole seconds of a BSON timestamp such as `clusterTime`.
  [[nodiscard]] std::optional<Timestamp> cluster_time(std::string_view name) const;
  [[nodiscard]] std::optional<Fields> document(std::string_view name) const;  // or array
  /// The binary values of an array, in order; empty if one element has another type.
  [[nodiscard]] std::optional<std::vector<BytesView>> binaries(std::string_view name) const;
  /// The documents of an array, in order; other elements are left out.
  [[nodiscard]] std::vector<Fields> documents(std::string_view name) const;
  /// The type of a field in readable form: for messages about documents that cannot be used.
  [[nodiscard]] std::string_view type_name(std::string_view name) const;

  /// The names of all fields, in order.
  [[nodiscard]] std::vector<std::string_view> names() const;

  /// An independent copy.
  [[nodiscard]] Document copy() const;
  [[nodiscard]] const std::uint8_t* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

}  // namespace parley::store::mongo
