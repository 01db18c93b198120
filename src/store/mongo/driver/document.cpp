#include "store/mongo/driver/document.hpp"

#include <bson/bson.h>

#include <cmath>
#include <cstring>
#include <utility>

#include "base/assert.hpp"

namespace parley::store::mongo {

namespace {

int length_of(std::string_view text) {
  return static_cast<int>(text.size());
}

/// Places the iterator at the field. False: there is no such field.
bool find(const Fields& fields, std::string_view name, bson_t& document, bson_iter_t& at) {
  return bson_init_static(&document, fields.data(), fields.size()) &&
         bson_iter_init_find_w_len(&at, &document, name.data(), length_of(name));
}

BytesView binary_at(const bson_iter_t& at) {
  bson_subtype_t subtype{};
  std::uint32_t size = 0;
  const std::uint8_t* data = nullptr;
  bson_iter_binary(&at, &subtype, &size, &data);
  return {reinterpret_cast<const char*>(data), size};
}

Fields document_at(const bson_iter_t& at) {
  std::uint32_t size = 0;
  const std::uint8_t* data = nullptr;
  if (BSON_ITER_HOLDS_ARRAY(&at))
    bson_iter_array(&at, &size, &data);
  else
    bson_iter_document(&at, &size, &data);
  return {data, size};
}

std::string_view name_of(bson_type_t type) {
  switch (type) {
    case BSON_TYPE_DOUBLE:
    case BSON_TYPE_INT32:
    case BSON_TYPE_INT64:
    case BSON_TYPE_DECIMAL128:
      return "a number";
    case BSON_TYPE_UTF8:
      return "a string";
    case BSON_TYPE_DOCUMENT:
      return "an object";
    case BSON_TYPE_ARRAY:
      return "an array";
    case BSON_TYPE_BINARY:
      return "binary";
    case BSON_TYPE_OID:
      return "an ObjectId";
    case BSON_TYPE_BOOL:
      return "a boolean";
    case BSON_TYPE_DATE_TIME:
      return "a date";
    case BSON_TYPE_NULL:
      return "null";
    default:
      return "of another type";
  }
}

}  // namespace

Document::Document() : bson_(bson_new()) {}

Document::Document(const bson_t* copied) : bson_(bson_copy(copied)) {}

Document::~Document() {
  if (bson_ != nullptr) bson_destroy(bson_);
}

Document::Document(Document&& other) noexcept : bson_(std::exchange(other.bson_, nullptr)) {}

Document& Document::operator=(Document&& other) noexcept {
  std::swap(bson_, other.bson_);
  return *this;
}

// Appending fails only above 2 GiB, far above every limit of Parley.
Document& Document::int32(std::string_view name, std::int32_t value) {
  PARLEY_ASSERT(bson_append_int32(bson_, name.data(), length_of(name), value));
  return *this;
}
Document& Document::int64(std::string_view name, std::int64_t value) {
  PARLEY_ASSERT(bson_append_int64(bson_, name.data(), length_of(name), value));
  return *this;
}
Document& Document::number(std::string_view name, double value) {
  PARLEY_ASSERT(bson_append_double(bson_, name.data(), length_of(name), value));
  return *this;
}
Document& Document::boolean(std::string_view name, bool value) {
  PARLEY_ASSERT(bson_append_bool(bson_, name.data(), length_of(name), value));
  return *this;
}
Document& Document::null(std::string_view name) {
  PARLEY_ASSERT(bson_append_null(bson_, name.data(), length_of(name)));
  return *this;
}
Document& Document::text(std::string_view name, std::string_view value) {
  PARLEY_ASSERT(bson_append_utf8(bson_, name.data(), length_of(name), value.data(), length_of(value)));
  return *this;
}
Document& Document::binary(std::string_view name, BytesView value) {
  PARLEY_ASSERT(bson_append_binary(bson_, name.data(), length_of(name), BSON_SUBTYPE_BINARY,
                                   reinterpret_cast<const std::uint8_t*>(value.data()), static_cast<std::uint32_t>(value.size())));
  return *this;
}
Document& Document::id(std::string_view name, const ObjectId& value) {
  bson_oid_t oid;
  bson_oid_init_from_data(&oid, value.bytes.data());
  PARLEY_ASSERT(bson_append_oid(bson_, name.data(), length_of(name), &oid));
  return *this;
}

Document& Document::user(std::string_view name, const UserId& value) {
  if (value.empty()) return id(name, ObjectId{});
  const auto object = value.object_id();
  return object ? id(name, *object) : text(name, value.text());
}
Document& Document::date(std::string_view name, Timestamp value) {
  PARLEY_ASSERT(bson_append_date_time(bson_, name.data(), length_of(name), value.time_since_epoch().count()));
  return *this;
}
Document& Document::document(std::string_view name, const Document& value) {
  PARLEY_ASSERT(bson_append_document(bson_, name.data(), length_of(name), value.raw()));
  return *this;
}
Document& Document::array(std::string_view name, const Document& value) {
  PARLEY_ASSERT(bson_append_array(bson_, name.data(), length_of(name), value.raw()));
  return *this;
}

std::size_t Document::size_bytes() const {
  return bson_->len;
}

std::string Document::to_json() const {
  char* text = bson_as_relaxed_extended_json(bson_, nullptr);
  std::string json = text != nullptr ? text : "";
  bson_free(text);
  return json;
}

void require_behind(Document& filter, const TimeOfPlace& place, std::string_view id_field, const Document& id_bound) {
  Document bound;
  bound.date(place.order == Order::oldest_first ? "$gt" : "$lt", place.time);
  Document beyond;
  beyond.document(place.field, bound);
  Document same;
  same.date(place.field, place.time).document(id_field, id_bound);
  Array either;
  either.document(beyond).document(same);
  filter.array("$or", either.as_document());
}

Document ascending(std::initializer_list<std::string_view> fields) {
  Document made;
  for (const std::string_view field : fields) made.int32(field, 1);
  return made;
}

Array& Array::binary(BytesView value) {
  document_.binary(next(), value);
  return *this;
}
Array& Array::text(std::string_view value) {
  document_.text(next(), value);
  return *this;
}
Array& Array::id(const ObjectId& value) {
  document_.id(next(), value);
  return *this;
}

Array& Array::user(const UserId& value) {
  document_.user(next(), value);
  return *this;
}
Array& Array::null() {
  document_.null(next());
  return *this;
}
Array& Array::document(const Document& value) {
  document_.document(next(), value);
  return *this;
}

Fields::Fields(const Document& document) : data_(bson_get_data(document.raw())), size_(document.raw()->len) {}

bool Fields::has(std::string_view name) const {
  bson_t document;
  bson_iter_t at;
  return find(*this, name, document, at);
}

std::optional<std::int64_t> Fields::integer(std::string_view name) const {
  bson_t document;
  bson_iter_t at;
  if (!find(*this, name, document, at)) return std::nullopt;
  if (BSON_ITER_HOLDS_INT32(&at) || BSON_ITER_HOLDS_INT64(&at)) return bson_iter_as_int64(&at);
  if (!BSON_ITER_HOLDS_DOUBLE(&at)) return std::nullopt;
  const double value = bson_iter_double(&at);
  constexpr double exact_max = 9007199254740992.0;  // 2^53
  if (std::abs(value) > exact_max || std::trunc(value) != value) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

std::optional<bool> Fields::boolean(std::string_view name) const {
  bson_t document;
  bson_iter_t at;
  if (!find(*this, name, document, at) || !BSON_ITER_HOLDS_BOOL(&at)) return std::nullopt;
  return bson_iter_bool(&at);
}

std::optional<std::string_view> Fields::text(std::string_view name) const {
  bson_t document;
  bson_iter_t at;
  if (!find(*this, name, document, at) || !BSON_ITER_HOLDS_UTF8(&at)) return std::nullopt;
  std::uint32_t length = 0;
  const char* text = bson_iter_utf8(&at, &length);
  return std::string_view(text, length);
}

std::optional<BytesView> Fields::binary(std::string_view name) const {
  bson_t document;
  bson_iter_t at;
  if (!find(*this, name, document, at) || !BSON_ITER_HOLDS_BINARY(&at)) return std::nullopt;
  return binary_at(at);
}

std::optional<ObjectId> Fields::id(std::string_view name) const {
  bson_t document;
  bson_iter_t at;
  if (!find(*this, name, document, at) || !BSON_ITER_HOLDS_OID(&at)) return std::nullopt;
  ObjectId id;
  std::memcpy(id.bytes.data(), bson_iter_oid(&at)->bytes, id.bytes.size());
  return id;
}

std::optional<UserId> Fields::user(std::string_view name) const {
  if (const auto object = id(name)) return UserId::parse(object->to_string());
  const auto string = text(name);
  return string ? UserId::parse(*string) : std::nullopt;
}

std::optional<Timestamp> Fields::date(std::string_view name) const {
  bson_t document;
  bson_iter_t at;
  if (!find(*this, name, document, at) || !BSON_ITER_HOLDS_DATE_TIME(&at)) return std::nullopt;
  return Timestamp(std::chrono::milliseconds(bson_iter_date_time(&at)));
}

std::optional<Timestamp> Fields::cluster_time(std::string_view name) const {
  bson_t document;
  bson_iter_t at;
  if (!find(*this, name, document, at) || !BSON_ITER_HOLDS_TIMESTAMP(&at)) return std::nullopt;
  std::uint32_t seconds = 0;
  std::uint32_t increment = 0;
  bson_iter_timestamp(&at, &seconds, &increment);
  return Timestamp(std::chrono::seconds(seconds));
}

std::optional<Fields> Fields::document(std::string_view name) const {
  bson_t document;
  bson_iter_t at;
  if (!find(*this, name, document, at)) return std::nullopt;
  if (!BSON_ITER_HOLDS_DOCUMENT(&at) && !BSON_ITER_HOLDS_ARRAY(&at)) return std::nullopt;
  return document_at(at);
}

std::optional<std::vector<BytesView>> Fields::binaries(std::string_view name) const {
  bson_t document;
  bson_iter_t at;
  bson_iter_t element;
  if (!find(*this, name, document, at) || !BSON_ITER_HOLDS_ARRAY(&at) || !bson_iter_recurse(&at, &element)) return std::nullopt;
  std::vector<BytesView> values;
  while (bson_iter_next(&element)) {
    if (!BSON_ITER_HOLDS_BINARY(&element)) return std::nullopt;
    values.push_back(binary_at(element));
  }
  return values;
}

std::vector<Fields> Fields::documents(std::string_view name) const {
  bson_t document;
  bson_iter_t at;
  bson_iter_t element;
  std::vector<Fields> values;
  if (!find(*this, name, document, at) || !BSON_ITER_HOLDS_ARRAY(&at) || !bson_iter_recurse(&at, &element)) return values;
  while (bson_iter_next(&element))
    if (BSON_ITER_HOLDS_DOCUMENT(&element)) values.push_back(document_at(element));
  return values;
}

std::vector<std::string_view> Fields::names() const {
  bson_t document;
  bson_iter_t at;
  std::vector<std::string_view> names;
  if (!bson_init_static(&document, data_, size_) || !bson_iter_init(&at, &document)) return names;
  while (bson_iter_next(&at)) names.emplace_back(bson_iter_key(&at), bson_iter_key_len(&at));
  return names;
}

Document Fields::copy() const {
  bson_t view;
  return bson_init_static(&view, data_, size_) ? Document(&view) : Document();
}

std::string_view Fields::type_name(std::string_view name) const {
  bson_t document;
  bson_iter_t at;
  return find(*this, name, document, at) ? name_of(bson_iter_type(&at)) : "missing";
}

}  // namespace parley::store::mongo
