#include "support/mongod_command.hpp"

#include <mongoc/mongoc.h>

#include <memory>
#include <stdexcept>

namespace parley::test {

namespace {

struct Destroy {
  void operator()(mongoc_client_t* client) const { mongoc_client_destroy(client); }
  void operator()(char* text) const { bson_free(text); }
};
/// Wraps bson_t, because a template argument would drop its alignment.
struct Document {
  explicit Document(bson_t* taken) : pointer(taken) {}
  ~Document() { bson_destroy(pointer); }
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;
  bson_t* pointer;
};
using Client = std::unique_ptr<mongoc_client_t, Destroy>;
using Text = std::unique_ptr<char, Destroy>;

Document parsed(std::string_view json) {
  bson_error_t error;
  bson_t* document = bson_new_from_json(reinterpret_cast<const std::uint8_t*>(json.data()), static_cast<ssize_t>(json.size()), &error);
  if (document == nullptr) throw std::invalid_argument("not extended JSON (" + std::string(error.message) + "): " + std::string(json));
  return Document(document);
}

Client connected(const std::string& uri) {
  static const bool once = (mongoc_init(), true);
  static_cast<void>(once);
  Client client(mongoc_client_new(uri.c_str()));
  if (!client) throw std::invalid_argument("not a MongoDB URI: " + uri);
  mongoc_client_set_error_api(client.get(), MONGOC_ERROR_API_VERSION_2);
  return client;
}

/// Calls `use` with the value at a dotted path.
template <typename Value>
Value field(const std::string& json, std::string_view path, Value (*use)(const bson_iter_t&)) {
  if (json.empty()) return {};
  const auto document = parsed(json);
  bson_iter_t top;
  bson_iter_t found;
  if (!bson_iter_init(&top, document.pointer) || !bson_iter_find_descendant(&top, std::string(path).c_str(), &found)) return {};
  return use(found);
}

}  // namespace

std::int64_t CommandAnswer::number(std::string_view path) const {
  return field<std::int64_t>(json, path, [](const bson_iter_t& found) {
    return BSON_ITER_HOLDS_DOUBLE(&found) ? static_cast<std::int64_t>(bson_iter_double(&found)) : bson_iter_as_int64(&found);
  });
}

std::string CommandAnswer::text(std::string_view path) const {
  return field<std::string>(json, path, [](const bson_iter_t& found) {
    if (BSON_ITER_HOLDS_UTF8(&found)) return std::string(bson_iter_utf8(&found, nullptr));
    if (!BSON_ITER_HOLDS_OID(&found)) return std::string{};
    char digits[25];
    bson_oid_to_string(bson_iter_oid(&found), digits);
    return std::string(digits);
  });
}

struct MongodClient::State {
  Client client;
};

MongodClient::MongodClient(const std::string& uri) : state_(std::make_unique<State>(connected(uri))) {}
MongodClient::~MongodClient() = default;
MongodClient::MongodClient(MongodClient&&) noexcept = default;
MongodClient& MongodClient::operator=(MongodClient&&) noexcept = default;

CommandAnswer MongodClient::ask(std::string_view database, std::string_view command_json) {
  const auto command = parsed(command_json);
  bson_t reply;
  bson_error_t error{};
  CommandAnswer answer;
  answer.ok = mongoc_client_command_simple(state_->client.get(), std::string(database).c_str(), command.pointer, nullptr, &reply, &error);
  if (!bson_empty(&reply)) answer.json = Text(bson_as_relaxed_extended_json(&reply, nullptr)).get();
  if (!answer.ok) answer.error = error.message;
  bson_destroy(&reply);
  return answer;
}

CommandAnswer ask_mongod(const std::string& uri, std::string_view database, std::string_view command_json) {
  return MongodClient(uri).ask(database, command_json);
}

std::string first_text(std::string_view json) {
  const auto document = parsed(json);
  bson_iter_t first;
  if (!bson_iter_init(&first, document.pointer) || !bson_iter_next(&first) || !BSON_ITER_HOLDS_UTF8(&first)) return {};
  return bson_iter_utf8(&first, nullptr);
}

}  // namespace parley::test
