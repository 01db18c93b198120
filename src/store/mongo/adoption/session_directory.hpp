// The directory on MongoDB. Sessions are found by their documents in `sessions`, but their state comes from
// the newest row in their log: a document may be out of date for a moment, the log never is. Sessions of an
// earlier server are adopted before they are returned. Users come from `users`, which Parley only reads.
//
// Threads  Any; each call takes a client of its own. Blocking.
#pragma once

#include "store/common/store_state.hpp"
#include "store/directory.hpp"
#include "store/mongo/adoption/adoption.hpp"
#include "store/mongo/driver/client.hpp"

namespace parley::store::mongo {

class SessionDirectory {
 public:
  SessionDirectory(ClientPool& clients, StoreState& state, Adopter& adopter) : clients_(clients), state_(state), adopter_(adopter) {}

  [[nodiscard]] Result<std::optional<domain::SessionRow>> find_session(const SessionId& session);
  [[nodiscard]] Result<std::optional<domain::SessionRow>> find_session(SessionNumber number);
  [[nodiscard]] Result<std::optional<SessionId>> find_open_session(const UserId& doctor, const UserId& patient);
  [[nodiscard]] Result<OpenSessionsOfUser> open_sessions_of(const UserId& user, const std::optional<SessionPlace>& after,
                                                            std::size_t count);
  [[nodiscard]] Result<OpenSessions> open_sessions_before(Timestamp created_before, BytesView after, std::size_t count);
  [[nodiscard]] Result<std::optional<domain::EntryAddress>> find_message(const ObjectId& message);
  [[nodiscard]] Result<std::optional<domain::User>> find_user(const UserId& user);

  /// With the caller's client.
  [[nodiscard]] Result<std::optional<domain::SessionRow>> find_session(Client& client, const SessionId& session);
  /// Does the same as opening the session of this document: appends everything that its log lacks.
  [[nodiscard]] Result<Adoption> adopt(Client& client, const Fields& document);

 private:
  using Row = std::optional<domain::SessionRow>;
  [[nodiscard]] Result<Row> row_of(Client& client, const Fields& document);
  [[nodiscard]] Result<Row> row_without_document(Client& client, const SessionId& session);
  [[nodiscard]] Result<Row> row_in_log(Client& client, const Fields& document);
  [[nodiscard]] Result<std::optional<domain::SessionRow>> row_of(Client& client, SessionNumber number);

  ClientPool& clients_;
  StoreState& state_;
  Adopter& adopter_;
};

}  // namespace parley::store::mongo
