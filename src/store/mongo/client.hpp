// What the engine needs of libmongoc, without its headers: clients on loan, commands, and failures sorted by what can be done about
// them.
//
// Source   The MongoDB driver specifications as libmongoc 1.23 keeps them: write commands, read and write concern, "retryable" errors.
// Threads  ClientPool: any. A Client and what it gives: one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/mongo/document.hpp"

extern "C" {
struct _mongoc_client_t;
struct _mongoc_client_pool_t;
struct _bson_error_t;
}

namespace parley::store::mongo {

/// What can be done about a failure.
enum class FailureKind : std::uint8_t {
  duplicate_key,  // a document of this identity (layout.hpp) is there
  unknown,        // the network, an election, a time-out: it may have been done or not. Again, later
  not_sent,       // there was no server to send it to, so it was not done. Again, later
  in_the_way,     // a transaction met another write and was not done. Again, at once
  full,           // no space at the database
  unfit,          // a rule of the database's own, a validator or a unique index, is against this one document
  refused,        // it was not done, and trying again would change nothing
};
struct Failure {
  FailureKind kind = FailureKind::unknown;
  std::int32_t code = 0;  // of the server, or of libmongoc
  std::string message;    // for logs
};
template <typename T>
using Outcome = std::expected<T, Failure>;

/// The server did not take the user or the password.
[[nodiscard]] bool is_authentication(const Failure& failure);
/// It lacks a right, or nobody has signed in.
[[nodiscard]] bool is_forbidden(const Failure& failure);
/// Of a whole command, from what libmongoc says of it.
[[nodiscard]] Failure failure_of(const ::_bson_error_t& error);
/// store_failed with the failure in its detail.
[[nodiscard]] Error to_error(const Failure& failure);

enum class Topology : std::uint8_t { standalone, replica_set };

/// What a read may show. On a standalone all three are `local`.
enum class Reading : std::uint8_t {
  committed,  // read concern majority, on the primary
  newest,     // read concern linearizable: nothing that was acknowledged before it began is missing
};

struct FindOptions {
  Reading reading = Reading::committed;
  const Document* sort = nullptr;
  const Document* projection = nullptr;
  const Document* hint = nullptr;                                   // the index to use
  std::int64_t limit = 0;                                           // 0: all
  std::size_t bytes_max = std::numeric_limits<std::size_t>::max();  // of `find`: it ends with the document that reaches them

  /// Whether `find` ended for the limit or the bytes; false: there is no more.
  [[nodiscard]] bool is_full(std::span<const Document> found) const;
};

/// One document of an unordered write that was not done.
struct WriteError {
  std::size_t index = 0;
  Failure failure;
};
struct WriteResult {
  std::vector<WriteError> errors;      // by index, ascending
  std::optional<Failure> not_durable;  // written where it was not refused, but not known to be on a majority
  std::int64_t matched = 0;            // updates: documents matched or upserted; deletes: removed
};

/// Why not everything is written and durable; nothing: it is.
[[nodiscard]] std::optional<Failure> first_failure(const Outcome<WriteResult>& result);
/// A statement of Client::update: {q, u}.
[[nodiscard]] Document update_of(const Document& query, const Document& change);
/// A statement of Client::remove, of one document: {q, limit: 1}.
[[nodiscard]] Document delete_of(const Document& query);

/// A client on loan; it goes back when this goes.
class Client {
 public:
  ~Client();
  Client(Client&& other) noexcept;
  Client& operator=(Client&&) = delete;

  [[nodiscard]] Outcome<std::vector<Document>> find(std::string_view collection, const Document& filter, const FindOptions& options = {});
  /// Calls `visit` for each document until it gives false.
  [[nodiscard]] Outcome<void> each(std::string_view collection, const Document& filter, const FindOptions& options,
                                   const std::function<bool(const Fields& document)>& visit);
  /// Unordered, write concern majority and journaled.
  [[nodiscard]] Outcome<WriteResult> insert(std::string_view collection, std::span<const Document> documents);
  /// Each of `updates` is {q, u, upsert?, multi?}; unordered, majority, journaled.
  [[nodiscard]] Outcome<WriteResult> update(std::string_view collection, std::span<const Document> updates);
  /// Each of `deletes` is {q, limit}; unordered, majority, journaled.
  [[nodiscard]] Outcome<WriteResult> remove(std::string_view collection, std::span<const Document> deletes);
  /// Inserts `inserted` into and updates one document of the same collection, both or neither (replica sets).
  /// duplicate_key: the insert met one, and neither was done.
  [[nodiscard]] Outcome<void> insert_and_update(std::string_view collection, const Document& inserted, const Document& query,
                                                const Document& change);
  /// Any command on the engine's database; on the primary.
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

/// How to mend that the server forbids what needs the right `action`; a sentence without its full stop. Asks the server who has signed in.
[[nodiscard]] std::string how_to_be_allowed(Client& client, std::string_view action);

class ClientPool {
 public:
  /// `app_name` is what the database shows of these connections. Errors: invalid_argument, the URI cannot be understood (how to mend it,
  /// never the password in it).
  /// `answer_within`: for commands that take longer than others, whatever the URI says.
  [[nodiscard]] static Result<std::unique_ptr<ClientPool>> make(const std::string& uri, std::string_view app_name, std::uint32_t size_max,
                                                                std::optional<std::chrono::milliseconds> answer_within = std::nullopt);
  ~ClientPool();
  ClientPool(const ClientPool&) = delete;
  ClientPool& operator=(const ClientPool&) = delete;

  /// Waits for one when all are out.
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

/// Whether a pool can be made of it, without asking anybody. Errors: invalid_argument, how to mend it, never the password in it.
[[nodiscard]] Result<void> check_uri(const std::string& uri);
/// The names of its options that are Parley's to decide, as the URI spells them: read preference, read and write concern, retries of
/// writes, the name and the pool of the connections. They must be well formed and are not used.
[[nodiscard]] std::vector<std::string> options_not_used(const std::string& uri);
/// The host part of a URI, without user and password: for messages.
[[nodiscard]] std::string without_credentials(std::string_view uri);

}  // namespace parley::store::mongo
