// The pool and its set-up: the start of the driver, and the URI that an operator gives.
#include <mongoc/mongoc.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "store/mongo/driver/client.hpp"

namespace parley::store::mongo {

namespace {

struct UriDeleter {
  void operator()(mongoc_uri_t* uri) const { mongoc_uri_destroy(uri); }
};
using Uri = std::unique_ptr<mongoc_uri_t, UriDeleter>;

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
                                                   " names no database. Put it after the hosts, as in mongodb://HOST:27017/DATABASE.");
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

Result<void> check_uri(const std::string& uri) {
  const auto parsed = parse(uri);
  if (!parsed) return std::unexpected(parsed.error());
  return {};
}

std::vector<std::string> options_not_used(const std::string& uri) {
  return set_own_options_aside(uri).names;
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
