#include "store/mongo/driver/client.hpp"

#include <mongoc/mongoc.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "store/mongo/driver/layout.hpp"

namespace parley::store::mongo {

namespace {

// Codes of the server (src/mongo/base/error_codes.yml of its sources).
constexpr std::int32_t code_out_of_disk_space = 14031;
constexpr std::int32_t code_write_conflict = 112;
constexpr std::int32_t code_unauthorized = 13;
constexpr std::array<std::int32_t, 3> codes_duplicate_key = {11000, 11001, 12582};
// Elections, shutdowns, time-outs, the network between members: a retry succeeds once the
// replica set is stable again. The "retryable writes" specification lists most of these codes.
constexpr std::array<std::int32_t, 19> codes_passing = {6,   7,    50,    64,    89,    91,    134,   189,   202,  251,
                                                        262, 9001, 10058, 10107, 11600, 11602, 13435, 13436, 13388};

FailureKind kind_of(std::int32_t code) {
  const auto is_one_of = [code](const auto& codes) { return std::ranges::find(codes, code) != codes.end(); };
  if (is_one_of(codes_duplicate_key)) return FailureKind::duplicate_key;
  if (code == code_out_of_disk_space) return FailureKind::full;
  if (code == code_write_conflict) return FailureKind::in_the_way;
  return is_one_of(codes_passing) ? FailureKind::unknown : FailureKind::refused;
}

/// Some messages of the driver end with a full stop, others do not.
std::string without_full_stop(std::string message) {
  while (message.ends_with('.')) message.pop_back();
  return message;
}

/// The failure of one document. For a duplicate of another unique key, the message omits the server's values: they may hold a text.
Failure failure_in(const Fields& error, std::string_view collection) {
  const auto code = static_cast<std::int32_t>(error.integer("code").value_or(0));
  Failure failure{kind_of(code), code, std::string(error.text("errmsg").value_or("no message"))};
  const auto keys = error.document("keyPattern");
  const bool is_duplicate = failure.kind == FailureKind::duplicate_key;
  if (failure.kind == FailureKind::refused || (is_duplicate && keys && !is_identity(collection, *keys))) failure.kind = FailureKind::unfit;
  if (failure.kind != FailureKind::unfit) return failure;
  failure.message.resize(std::min(failure.message.find(" dup key:"), failure.message.size()));
  return failure;
}

WriteResult result_of(const Fields& reply, std::string_view collection) {
  WriteResult result;
  for (const Fields& error : reply.documents("writeErrors"))
    result.errors.push_back({static_cast<std::size_t>(error.integer("index").value_or(0)), failure_in(error, collection)});
  std::ranges::sort(result.errors, {}, &WriteError::index);
  const auto concerns = reply.documents("writeConcernErrors");  // of helpers; a bare command has one `writeConcernError`
  if (!concerns.empty()) result.not_durable = failure_in(concerns.front(), collection);
  if (const auto concern = reply.document("writeConcernError")) result.not_durable = failure_in(*concern, collection);
  if (result.not_durable && result.not_durable->kind != FailureKind::full) result.not_durable->kind = FailureKind::unknown;
  result.matched = reply.integer("n").value_or(0);
  return result;
}

/// {w: "majority", j: true, wtimeout}. A standalone treats it as {w: 1, j: true}.
const Document& majority() {
  static const Document concern = [] {
    Document made;
    made.text("w", "majority").boolean("j", true).int64("wtimeout", limits::mongo_write_concern_timeout.count());
    return made;
  }();
  return concern;
}

class Reply {
 public:
  ~Reply() { bson_destroy(&bson_); }
  bson_t* raw() { return &bson_; }  // libmongoc always initialises it
  [[nodiscard]] Fields fields() const { return {bson_get_data(&bson_), bson_.len}; }

 private:
  bson_t bson_ = BSON_INITIALIZER;
};

struct CollectionDeleter {
  void operator()(mongoc_collection_t* collection) const { mongoc_collection_destroy(collection); }
};
using Collection = std::unique_ptr<mongoc_collection_t, CollectionDeleter>;
struct CursorDeleter {
  void operator()(mongoc_cursor_t* cursor) const { mongoc_cursor_destroy(cursor); }
};
using Cursor = std::unique_ptr<mongoc_cursor_t, CursorDeleter>;
struct SessionDeleter {
  void operator()(mongoc_client_session_t* session) const { mongoc_client_session_destroy(session); }
};
using Session = std::unique_ptr<mongoc_client_session_t, SessionDeleter>;
struct UriDeleter {
  void operator()(mongoc_uri_t* uri) const { mongoc_uri_destroy(uri); }
};
using Uri = std::unique_ptr<mongoc_uri_t, UriDeleter>;

Document read_concern(Reading reading, Topology topology) {
  const char* level = "local";
  if (topology == Topology::replica_set) level = reading == Reading::newest ? "linearizable" : "majority";
  Document concern;
  concern.text("level", level);
  return concern;
}

Document find_options(const FindOptions& options, Topology topology) {
  Document made;
  made.document("readConcern", read_concern(options.reading, topology));
  made.int64("maxTimeMS", limits::mongo_read_timeout.count());
  if (options.sort != nullptr) made.document("sort", *options.sort);
  if (options.projection != nullptr) made.document("projection", *options.projection);
  if (options.hint != nullptr) made.document("hint", *options.hint);
  if (options.limit > 0) made.int64("limit", options.limit);
  return made;
}

/// Receives the URI option that libmongoc does not know while this thread parses. libmongoc only logs such an option and ignores it.
thread_local std::string* unknown_option = nullptr;

void take_log_line(mongoc_log_level_t, const char*, const char* message, void*) {
  constexpr std::string_view beginning = "Unsupported URI option ";
  if (unknown_option != nullptr && std::string_view(message).starts_with(beginning)) *unknown_option = message + beginning.size();
}

/// Starts libmongoc once, before the first pool. Its log lines are
/// dropped, except those above: callers report failures themselves.
void start_driver() {
  struct Driver {
    Driver() {
      mongoc_init();
      mongoc_log_set_handler(take_log_line, nullptr);
    }
    ~Driver() { mongoc_cleanup(); }
    Driver(const Driver&) = delete;
    Driver& operator=(const Driver&) = delete;
  };
  static const Driver driver;
}

// Parley decides these for every read, write and connection, so the driver never receives them. Another read preference breaks the
// linearizable read that opens a session, another read concern breaks the change stream, and a queue limit breaks the wait for a client.
constexpr std::array<std::string_view, 14> own_options = {"readpreference",
                                                          "readpreferencetags",
                                                          "maxstalenessseconds",
                                                          "readconcernlevel",
                                                          "w",
                                                          "wtimeoutms",
                                                          "journal",
                                                          "safe",
                                                          "retrywrites",
                                                          "appname",
                                                          "maxpoolsize",
                                                          "minpoolsize",
                                                          "waitqueuetimeoutms",
                                                          "waitqueuemultiple"};

bool is_own(std::string_view option) {
  return std::ranges::find(own_options, lower_case(option.substr(0, option.find('=')))) != own_options.end();
}

struct SetAside {
  std::string uri;                 // without Parley's own options
  std::vector<std::string> names;  // as the URI spells them, each once
};

SetAside set_own_options_aside(const std::string& uri) {
  const auto at = uri.rfind('@');  // a password that was not escaped may contain a question mark
  const auto question = uri.find('?', at == std::string::npos ? 0 : at);
  if (question == std::string::npos) return {uri, {}};
  SetAside sorted{uri.substr(0, question), {}};
  char separator = '?';
  for (std::size_t from = question + 1; from <= uri.size();) {
    const auto end = std::min(uri.find_first_of("&;", from), uri.size());
    const std::string option = uri.substr(from, end - from);
    from = end + 1;
    const std::string name = option.substr(0, option.find('='));
    if (!is_own(option)) {
      sorted.uri += std::exchange(separator, '&') + option;
    } else if (std::ranges::find(sorted.names, name) == sorted.names.end()) {
      sorted.names.push_back(name);
    }
  }
  return sorted;
}

std::string listed(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

/// From the URI, else `otherwise`. At most the limit of one try and never infinite, because a verdict may have to wait for it.
void set_timeout(mongoc_uri_t& uri, const char* option, std::chrono::milliseconds otherwise) {
  constexpr auto most = static_cast<std::int32_t>(limits::mongo_socket_timeout.count());
  const std::int32_t wanted = mongoc_uri_get_option_as_int32(&uri, option, static_cast<std::int32_t>(otherwise.count()));
  mongoc_uri_set_option_as_int32(&uri, option, wanted <= 0 ? most : std::min(wanted, most));
}

/// Why the driver rejects the options that Parley decides itself; empty if the fault is elsewhere.
std::optional<std::string> fault_of_own_options(const std::string& uri, const bson_error_t& error) {
  const SetAside sorted = set_own_options_aside(uri);
  if (sorted.names.empty() || !Uri(mongoc_uri_new(sorted.uri.c_str()))) return std::nullopt;
  return "--store " + without_credentials(uri) + " has options that the driver does not take as they are (" + listed(sorted.names) +
         "): " + without_full_stop(error.message) + ". Parley decides these itself: leave them out.";
}

/// Parses the whole URI. Errors: invalid_argument, as for check_uri.
Result<Uri> parse(const std::string& uri) {
  start_driver();
  bson_error_t error{};
  const bool escaped = uri.find('@') == uri.rfind('@');  // else libmongoc takes the end of a password for a host name and quotes it
  std::string unknown;
  unknown_option = &unknown;
  Uri parsed(escaped ? mongoc_uri_new_with_error(uri.c_str(), &error) : nullptr);
  unknown_option = nullptr;
  if (escaped && !parsed)
    if (auto fault = fault_of_own_options(uri, error)) return refuse(ErrorCode::invalid_argument, *std::move(fault));
  const std::string reason = uri.find('@') == std::string::npos && !parsed ? " (" + without_full_stop(error.message) + ")" : "";
  if (!parsed)  // libmongoc's reason would quote the password
    return refuse(ErrorCode::invalid_argument,
                  "--store " + without_credentials(uri) + " cannot be understood" + reason + ". It must look like " +
                      "mongodb://HOST:27017/DATABASE?replicaSet=NAME, or mongodb+srv://HOST.DOMAIN.TLD/DATABASE without a port; " +
                      "in a user's name or password : / ? # [ ] @ % are percent-encoded.");
  const char* database = mongoc_uri_get_database(parsed.get());
  if (database == nullptr || *database == '\0')
    return refuse(ErrorCode::invalid_argument, "--store " + without_credentials(uri) +
                                                   " names no database. Put it behind the hosts, as in mongodb://HOST:27017/DATABASE.");
  for (const std::string_view own : {"admin", "local", "config"})
    if (database == own)
      return refuse(ErrorCode::invalid_argument, "--store " + without_credentials(uri) + " names the database " + std::string(own) +
                                                     ", which is MongoDB's own. Choose another name.");
  if (!unknown.empty())
    return refuse(ErrorCode::invalid_argument, "--store " + without_credentials(uri) +
                                                   " has an option that the driver does not know: " + unknown +
                                                   ". Correct its name or leave it out; docs/operations/mongodb.md has those that matter.");
  return parsed;
}

}  // namespace

// Without an answer of the server, the outcome is open, unless no connection existed yet.
Failure failure_of(const ::_bson_error_t& error) {
  const auto code = static_cast<std::int32_t>(error.code);
  const std::string message = without_full_stop(error.message);
  const bool from_server = error.domain == MONGOC_ERROR_SERVER || error.domain == MONGOC_ERROR_WRITE_CONCERN;
  const bool no_connection =
      error.domain == MONGOC_ERROR_SERVER_SELECTION ||
      (error.domain == MONGOC_ERROR_STREAM && (code == MONGOC_ERROR_STREAM_CONNECT || code == MONGOC_ERROR_STREAM_NAME_RESOLUTION)) ||
      (error.domain == MONGOC_ERROR_CLIENT && code == MONGOC_ERROR_CLIENT_AUTHENTICATE);
  if (from_server) return {kind_of(code), code, message.substr(0, message.find(" to execute command"))};  // after it: the whole command
  if (no_connection) return {FailureKind::not_sent, code, message};
  return {error.domain == MONGOC_ERROR_BSON ? FailureKind::refused : FailureKind::unknown, code, message};
}

Error to_error(const Failure& failure) {
  const std::string detail = "MongoDB: " + failure.message + " (code " + std::to_string(failure.code) + ")";
  if (failure.kind == FailureKind::unfit) return {ErrorCode::store_failed, "The database refuses this", detail};
  return {ErrorCode::store_failed, "The store cannot be reached", detail, limits::mongo_retry_after.count()};
}

bool is_authentication(const Failure& failure) {
  return failure.kind == FailureKind::not_sent && failure.code == MONGOC_ERROR_CLIENT_AUTHENTICATE;
}

bool is_forbidden(const Failure& failure) {
  return failure.kind == FailureKind::refused && failure.code == code_unauthorized;
}

/// Asks the server for the authenticated user: a certificate authenticates too, without a user in the URI.
std::string how_to_be_allowed(Client& client, std::string_view action) {
  Document command;
  command.int32("connectionStatus", 1);
  const auto status = client.command(command);
  const auto info = status ? Fields(*status).document("authInfo") : std::nullopt;
  if (info && info->documents("authenticatedUsers").empty())
    return "Put user and password into --store, as in mongodb://USER:PASSWORD@HOST:27017/DATABASE?authSource=admin";
  return "Give the user of --store the role readWrite on the database, or one that allows " + std::string(action);
}

Result<void> check_uri(const std::string& uri) {
  const auto parsed = parse(uri);
  if (!parsed) return std::unexpected(parsed.error());
  return {};
}

std::vector<std::string> options_not_used(const std::string& uri) {
  return set_own_options_aside(uri).names;
}

std::optional<Failure> first_failure(const Outcome<WriteResult>& result) {
  if (!result) return result.error();
  if (!result->errors.empty()) return result->errors.front().failure;
  return result->not_durable;
}

Document update_of(const Document& query, const Document& change) {
  Document made;
  made.document("q", query).document("u", change);
  return made;
}

Document delete_of(const Document& query) {
  Document made;
  made.document("q", query).int32("limit", 1);
  return made;
}

// Everything up to the last @ may belong to a password, even if it was not escaped as required.
std::string without_credentials(std::string_view uri) {
  const auto scheme = uri.find("://");
  const auto from = scheme == std::string_view::npos ? 0 : scheme + 3;
  const auto at = uri.rfind('@');
  const auto hosts = uri.substr(at == std::string_view::npos || at < from ? from : at + 1);
  const auto options = hosts.find('?');  // may hold secrets too
  return std::string(uri.substr(0, from)) + std::string(hosts.substr(0, options));
}

Client::Client(mongoc_client_pool_t* pool, mongoc_client_t* client, const std::string& database, Topology topology)
    : pool_(pool), client_(client), database_(database), topology_(topology) {}

Client::Client(Client&& other) noexcept
    : pool_(other.pool_),
      client_(std::exchange(other.client_, nullptr)),
      database_(std::move(other.database_)),
      topology_(other.topology_) {}

Client::~Client() {
  if (client_ != nullptr) mongoc_client_pool_push(pool_, client_);
}

Outcome<void> Client::each(std::string_view collection, const Document& filter, const FindOptions& options,
                           const std::function<bool(const Fields& document)>& visit) {
  const Collection from(mongoc_client_get_collection(client_, database_.c_str(), std::string(collection).c_str()));
  const Document made = find_options(options, topology_);
  const Cursor cursor(mongoc_collection_find_with_opts(from.get(), filter.raw(), made.raw(), nullptr));
  const bson_t* found = nullptr;
  while (mongoc_cursor_next(cursor.get(), &found))
    if (!visit(Fields(bson_get_data(found), found->len))) return {};
  bson_error_t error;
  if (mongoc_cursor_error(cursor.get(), &error)) return std::unexpected(failure_of(error));
  return {};
}

bool FindOptions::is_full(std::span<const Document> found) const {
  std::size_t bytes = 0;
  for (const Document& document : found) bytes += document.size_bytes();
  return (limit > 0 && std::ssize(found) >= limit) || bytes >= bytes_max;
}

Outcome<std::vector<Document>> Client::find(std::string_view collection, const Document& filter, const FindOptions& options) {
  std::vector<Document> documents;
  std::size_t bytes = 0;
  const auto read = each(collection, filter, options, [&](const Fields& found) {
    bson_t view;
    if (bson_init_static(&view, found.data(), found.size())) documents.emplace_back(&view);
    bytes += found.size();
    return bytes < options.bytes_max;
  });
  if (!read) return std::unexpected(read.error());
  return documents;
}

Outcome<WriteResult> Client::insert(std::string_view collection, std::span<const Document> documents) {
  const Collection into(mongoc_client_get_collection(client_, database_.c_str(), std::string(collection).c_str()));
  Document options;
  options.boolean("ordered", false).boolean("validate", false).document("writeConcern", majority());
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wignored-attributes"  // bson_t has an alignment attribute; a pointer type ignores it safely
  std::vector<const bson_t*> raw;
#pragma GCC diagnostic pop
  raw.reserve(documents.size());
  for (const Document& document : documents) raw.push_back(document.raw());
  Reply reply;
  bson_error_t error{};
  const bool done = mongoc_collection_insert_many(into.get(), raw.data(), raw.size(), options.raw(), reply.raw(), &error);
  WriteResult result = result_of(reply.fields(), collection);
  // The function also returns false if single documents were refused; those are listed. Any other error concerns the whole command.
  const bool from_server = error.domain == MONGOC_ERROR_SERVER || error.domain == MONGOC_ERROR_WRITE_CONCERN;
  const bool listed = !result.errors.empty() || result.not_durable;
  if (!done && !(from_server && listed)) return std::unexpected(failure_of(error));
  return result;
}

Outcome<WriteResult> Client::write(std::string_view verb, std::string_view collection, std::string_view list,
                                   std::span<const Document> statements) {
  Array all;
  for (const Document& statement : statements) all.document(statement);
  Document made;
  made.text(verb, collection).array(list, all.as_document()).boolean("ordered", false);
  Document options;
  options.document("writeConcern", majority());
  Reply reply;
  bson_error_t error{};
  if (!mongoc_client_write_command_with_opts(client_, database_.c_str(), made.raw(), options.raw(), reply.raw(), &error)) {
    WriteResult result = result_of(reply.fields(), collection);
    if (result.errors.empty() && !result.not_durable) return std::unexpected(failure_of(error));
    return result;
  }
  return result_of(reply.fields(), collection);
}

Outcome<WriteResult> Client::update(std::string_view collection, std::span<const Document> updates) {
  return write("update", collection, "updates", updates);
}

Outcome<WriteResult> Client::remove(std::string_view collection, std::span<const Document> deletes) {
  return write("delete", collection, "deletes", deletes);
}

Outcome<Document> Client::command(const Document& command) {
  Reply reply;
  bson_error_t error{};
  if (!mongoc_client_command_simple(client_, database_.c_str(), command.raw(), nullptr, reply.raw(), &error))
    return std::unexpected(failure_of(error));
  return Document(reply.raw());
}

Outcome<void> Client::insert_and_update(std::string_view collection, const Document& inserted, const Document& query,
                                        const Document& change) {
  bson_error_t error{};
  const Session session(mongoc_client_start_session(client_, nullptr, &error));
  if (!session) return std::unexpected(failure_of(error));
  const std::unique_ptr<mongoc_transaction_opt_t, decltype(&mongoc_transaction_opts_destroy)> how(mongoc_transaction_opts_new(),
                                                                                                  &mongoc_transaction_opts_destroy);
  const std::unique_ptr<mongoc_write_concern_t, decltype(&mongoc_write_concern_destroy)> concern(mongoc_write_concern_new(),
                                                                                                 &mongoc_write_concern_destroy);
  mongoc_write_concern_set_wmajority(concern.get(), static_cast<std::int32_t>(limits::mongo_write_concern_timeout.count()));
  mongoc_write_concern_set_journal(concern.get(), true);
  mongoc_transaction_opts_set_write_concern(how.get(), concern.get());
  if (!mongoc_client_session_start_transaction(session.get(), how.get(), &error)) return std::unexpected(failure_of(error));
  Document options;
  if (!mongoc_client_session_append(session.get(), options.raw(), &error)) return std::unexpected(failure_of(error));
  const Collection into(mongoc_client_get_collection(client_, database_.c_str(), std::string(collection).c_str()));
  const auto abort = [&]() -> Outcome<void> {
    const Failure failure = failure_of(error);
    mongoc_client_session_abort_transaction(session.get(), nullptr);  // if the abort fails, the server aborts it at its own time limit
    return std::unexpected(failure);
  };
  if (!mongoc_collection_insert_one(into.get(), inserted.raw(), options.raw(), nullptr, &error)) return abort();
  if (!mongoc_collection_update_one(into.get(), query.raw(), change.raw(), options.raw(), nullptr, &error)) return abort();
  Reply reply;
  if (!mongoc_client_session_commit_transaction(session.get(), reply.raw(), &error)) {
    Failure failure = failure_of(error);
    if (failure.kind != FailureKind::full) failure.kind = FailureKind::unknown;
    return std::unexpected(failure);
  }
  return {};
}

Result<std::unique_ptr<ClientPool>> ClientPool::make(const std::string& uri, std::string_view app_name, std::uint32_t size_max,
                                                     std::optional<std::chrono::milliseconds> answer_within) {
  if (const auto checked = check_uri(uri); !checked) return std::unexpected(checked.error());
  const auto made = parse(set_own_options_aside(uri).uri);
  if (!made) return std::unexpected(made.error());
  const Uri& parsed = *made;
  bson_error_t error{};
  mongoc_uri_set_option_as_utf8(parsed.get(), MONGOC_URI_APPNAME, std::string(app_name).c_str());
  mongoc_uri_set_option_as_bool(parsed.get(), MONGOC_URI_RETRYWRITES,
                                false);  // the engine itself retries a write of unknown outcome, with the same document
  set_timeout(*parsed, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, limits::mongo_selection_timeout);
  set_timeout(*parsed, MONGOC_URI_CONNECTTIMEOUTMS, limits::mongo_connect_timeout);
  set_timeout(*parsed, MONGOC_URI_SOCKETTIMEOUTMS, limits::mongo_socket_timeout);
  if (answer_within)
    mongoc_uri_set_option_as_int32(parsed.get(), MONGOC_URI_SOCKETTIMEOUTMS, static_cast<std::int32_t>(answer_within->count()));
  mongoc_client_pool_t* pool = mongoc_client_pool_new_with_error(parsed.get(), &error);
  if (pool == nullptr)
    return refuse(ErrorCode::invalid_argument,
                  "--store " + without_credentials(uri) + " cannot be used: " + without_full_stop(error.message) + ".");
  mongoc_client_pool_max_size(pool, size_max);
  mongoc_client_pool_set_error_api(pool, MONGOC_ERROR_API_VERSION_2);
  return std::unique_ptr<ClientPool>(new ClientPool(pool, mongoc_uri_get_database(parsed.get())));
}

ClientPool::~ClientPool() {
  mongoc_client_pool_destroy(pool_);
}

Client ClientPool::take() {
  return {pool_, mongoc_client_pool_pop(pool_), database_, topology_};
}

}  // namespace parley::store::mongo
