// The arguments and results of the use cases. Callers name them through ChatService.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <variant>
#include <vector>

#include "auth/authenticator.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "domain/user.hpp"
#include "domain/validation.hpp"
#include "domain/views.hpp"
#include "service/shared/done.hpp"
#include "store/directory.hpp"
#include "store/signalling_record.hpp"

namespace parley::service {

/// Why a token gives no identity: the token or its user is not valid, or the user store cannot be asked now.
using Unidentified = std::variant<auth::AuthFailure, Error>;
using Identified = std::expected<auth::Identity, Unidentified>;

struct CreateSession {
  domain::TextField patient;      // not_text and unparsable: `Invalid patient ID`
  domain::TextField appointment;  // falsy: none; otherwise an <oid> or `Invalid appointment ID`
  domain::TextField session{};    // chosen by the application; falsy: the server draws a UUID
};

struct SendMessage {
  domain::SessionField session;
  domain::TextField message;
  domain::TextField client_message_id;
  enum class Transport : std::uint8_t {
    rest,
    socket
  } transport = Transport::rest;  // the order of checks differs (ARCHITECTURE, "Order of checks")
};

struct ReadPage {
  domain::SessionField session;
  std::uint64_t page = 1;
  std::uint32_t limit = 50;
  std::optional<Timestamp> before;  // strictly older
};

/// The result of a sweep over the stale sessions.
struct SweepResult {
  std::uint64_t ended = 0;
  std::uint64_t left = 0;  // damaged; the server log names them
};

struct ReadEntries {
  domain::SessionField session;
  Result<domain::EntryRange> range;  // a malformed range is refused after the access check, like every other parameter
};

struct ReadSignalling {
  domain::SessionField session;
  store::SignallingRange range;
};

struct OpenSessionsList {
  std::vector<domain::SessionView> sessions;
  std::optional<store::SessionPlace> next = std::nullopt;  // more sessions come after this place; nothing: the list is complete
};

struct Deleted {};

struct SignallingList {
  SessionId session;
  store::SignallingPage page;
  std::vector<domain::User> users;
  std::vector<UserId> users_gone{};  // no longer in the user store
};

struct SignedOut {};

}  // namespace parley::service
