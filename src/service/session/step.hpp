// A step: one call that may write to one session's log. The Sequencer decides and answers the steps of a session strictly in the order in
// which they arrived (P2).
//
// A step decides against the outlook (the log as it will be when everything in flight is committed). It is answered only when everything
// before it has its outcome, so no answer shows data that is not durable (P1). Each step is answered exactly once (P4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>

#include "base/event_loop.hpp"
#include "base/result.hpp"
#include "domain/chain.hpp"
#include "domain/session.hpp"
#include "service/memory/stored_text.hpp"
#include "store/directory.hpp"
#include "store/session_log.hpp"

namespace parley::service {

struct SessionState;

/// The session as it will be when everything in flight is committed. Never shown to clients.
struct Outlook {
  const SessionState& session;  // the committed state
  const domain::Head& head;
  const domain::SessionRow& row;
  enum class InFlight : std::uint8_t { nothing, earlier_steps } in_flight;
};

/// Append this entry.
struct Propose {
  domain::Draft draft;
  std::shared_ptr<const domain::SessionRow> row;  // the row after the entry; null: unchanged
  std::optional<std::uint32_t> erase_body_of;
};
/// Refuse: a rule forbids it.
struct Refuse {
  Error error;
};
/// Nothing to append: answer when it is this step's turn.
struct Settle {};
/// Run `read` on a reader thread, then decide again; later steps wait.
struct Read {};
/// Decide again when everything before is committed; later steps wait.
struct WaitForTurn {};
/// Call `await`, and decide again when it is over; later steps wait.
struct Await {};
using Decision = std::variant<Propose, Refuse, Settle, Read, WaitForTurn, Await>;

/// The entry of a proposal that was committed. `text` is null if the entry is not a text; the pointer is valid during the call only.
struct Committed {
  std::uint32_t seq = 0;
  Timestamp timestamp{};
  const StoredText* text = nullptr;
};

class Step {
 public:
  virtual ~Step() = default;

  /// The size of the texts that the step keeps while it waits. Never changes.
  [[nodiscard]] virtual std::size_t bytes() const { return 0; }
  /// Runs every check. Called again after a conflict or an earlier failure, so it may change only the step's own memory.
  [[nodiscard]] virtual Decision decide(const Outlook& outlook) = 0;

  /// Fetches the data that `decide` asked for. Runs on a reader thread; no other method runs until it returns.
  [[nodiscard]] virtual Result<void> read(store::LogReader&, store::Directory&) { return {}; }
  /// The entry that `decide` proposed was not written: the texts that went into it come back, for the next `decide`.
  virtual void take_back(domain::Body) {}
  /// The data from `read` is out of date.
  virtual void forget_read() {}
  /// Begins the wait that `decide` asked for. No other method runs until `then` has run: once, in a Turn on the session's thread, inside
  /// this call or later. The wait must not depend on anything that waits for this session.
  virtual void await(Task then) { then(); }

  // One of these is called, once, on the session's thread.
  virtual void committed(SessionState&, const Committed&) {}
  virtual void settled(SessionState&) {}
  virtual void refused(Error error) = 0;
};

}  // namespace parley::service
