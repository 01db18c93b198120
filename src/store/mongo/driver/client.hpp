// The part of libmongoc that the engine needs, without its headers: the pool of
// clients (client_pool.cpp) and the commands of a borrowed one (client.cpp).
//
// Source   The MongoDB driver specifications as libmongoc 1.23 implements them: write commands, read and write concern, "retryable" errors.
// Threads  ClientPool: any. A Client and its results: one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/mongo/driver/document.hpp"
#include "store/mongo/driver/failure.hpp"

extern "C" {
struct _mongoc_client_t;
struct _mongoc_client_pool_t;
}

namespace parley::store::mongo {

enum class Topology : std::uint8_t { standalone, replica_set };

/// The freshness of a read. On a standalone both use the read concern local.
enum class Reading : std::uint8_t {
  committed,  // read concern majority, on the primary
  newest,     // read concern linearizable: sees everything acknowledged before the read began
};

struct FindOptions {
  Reading reading = Reading::committed;
  const Document* sort = nullptr;
  const Document* projection = nullptr;
  const Document* hint = nullptr;                                   // the index to use
  std::int64_t limit = 0;                                           // 0: all
  std::size_t bytes_max = std::numeric_limits<std::size_t>::max();  // for `find`: it stops after the document that reaches this size

  /// Whether `find` stopped at the limit or at `bytes_max`; false: there is no more.
  [[nodiscard]] bool is_full(std::span<const Document> found) const;
};

/// One failed document of an unordered write.
struct WriteError {
  std::size_t index = 0;
  Failure failure;
};
struct WriteResult {
  std::vector<WriteError> errors;      // by index, ascending
  std::optional<Failure> not_durable;  // done except for `errors`, but perhaps not on a majority
  std::int64_t matched = 0;            // updates: documents matched or upserted; deletes: removed
};

/// The first reason why not everything is written and durable; empty: everything is.
[[nodiscard]] std::optional<Failure> first_failure(const Outcome<WriteResult>& result);
/// A statement of Client::update: {q, u}.
[[nodiscard]] Document update_of(const Document& query, const Document& change);
/// A statement of Client::remove, of one document: {q, limit: 1}.
[[nodiscard]] Document delete_of(const Document& query);

/// A borrowed client; the destructor returns it to the pool.
class Client {
 public:
  ~Client();
  Client(Client&& other) noexcept;
  Client& operator=(Client&&) = delete;

  [[nodiscard]] Outcome<std::vector<Document>> find(std::string_view collection, const Document& filter, const FindOptions& options = {});
  /// Calls `visit` for each document until it returns false.
  [[nodiscard]] Outcome<void> each(std::string_view collection, const Document& filter, const FindOptions& options,
                                   const std::function<bool(const Fields& document)>& visit);
  /// Unordered, write concern majority and journaled.
  [[nodiscard]] Outcome<WriteResult> insert(std::string_view collection, std::span<const Document> documents);
  /// Each of `updates` is {q, u, upsert?, multi?}; unordered, majority, journaled.
  [[nodiscard]] Outcome<WriteResult> update(std::string_view collection, std::span<const Document> updates);
  /// Each of `deletes` is {q, limit}; unordered, majority, journaled.
  [[nodiscard]] Outcome<WriteResult> remove(std::string_view collection, std::span<const Document> deletes);
  /// Inserts `inserted` and updates one document of the same collection: both or neither (replica sets).
  /// duplicate_key: such a document exists, and neither was done.
  [[nodiscard]] Outcome<void> insert_and_update(std::string_view collection, const Document& inserted, const Document& query,
                                                const Document& change);
  /// Any command on the engine's database, on the primary.
  [[nodiscard]] Outcome<Document> command(const Document& command);

 private:
  friend class ClientPool;
  friend class ChangeStream;
  Client(::_mongoc_client_pool_t* pool, ::_mongoc_client_t* client, const std::string& database, Topology topology);
  [[nodiscard]] Outcome<WriteResult> write(std::string_view verb, std::string_view collection, std::string_view list,
                                           std::span<const Document> statements);

  ::_mongoc_client_pool_t* pool_;
  ::_mongoc_client_t* client_;
  std::string database_;
  Topology topology_;
};

/// How to fix a missing permission for `action`: a sentence without its full stop. Asks the server which user is authenticated.
[[nodiscard]] std::string how_to_be_allowed(Client& client, std::string_view action);

class ClientPool {
 public:
  /// `app_name` is the name that the database shows for these connections. `answer_within` is
  /// for commands that take longer than others; it overrides the URI. Errors: invalid_argument
  /// if the URI is malformed. The text says how to fix it and never contains the password.
  [[nodiscard]] static Result<std::unique_ptr<ClientPool>> make(const std::string& uri, std::string_view app_name, std::uint32_t size_max,
                                                                std::optional<std::chrono::milliseconds> answer_within = std::nullopt);
  ~ClientPool();
  ClientPool(const ClientPool&) = delete;
  ClientPool& operator=(const ClientPool&) = delete;

  /// Waits until a client is free.
  [[nodiscard]] Client take();
  [[nodiscard]] const std::string& database() const { return database_; }
  void set_topology(Topology topology) { topology_ = topology; }
  [[nodiscard]] Topology topology() const { return topology_; }

 private:
  ClientPool(::_mongoc_client_pool_t* pool, std::string database) : pool_(pool), database_(std::move(database)) {}

  ::_mongoc_client_pool_t* pool_;
  std::string database_;
  Topology topology_ = Topology::replica_set;
};

/// Checks whether a pool can be made of the URI, without a connection. Errors: invalid_argument: how to fix it, never with the password.
[[nodiscard]] Result<void> check_uri(const std::string& uri);
/// The names of the URI's options that Parley decides itself, as spelled in the URI: read preference, read and write
/// concern, retries of writes, the name and the pool of the connections. They must be well formed and are not used.
[[nodiscard]] std::vector<std::string> options_not_used(const std::string& uri);
/// The host part of a URI, without user and password: for messages.
[[nodiscard]] std::string without_credentials(std::string_view uri);

}  // namespace parley::store::mongo
