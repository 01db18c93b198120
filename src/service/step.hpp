// A step: one call that may write to one session's log. Steps of a session are decided and answered strictly in the order they
// came (P2); the Sequencer runs them.
//
// A step decides against the outlook (what the log will be when everything in flight is committed) and answers only when
// everything before it has its outcome, so no answer ever shows what is not durable (P1), and each step is answered exactly once (P4).
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
#include "service/stored_text.hpp"
#include "store/directory.hpp"
#include "store/session_log.hpp"

namespace parley::service {

struct SessionState;

/// What a session will be when everything in flight is committed. Never shown to anyone.
struct Outlook {
  const SessionState& session;  // what is committed
  const domain::Head& head;
  const domain::SessionRow& row;
  enum class Place : std::uint8_t { first, behind_others } place;  // first: nothing is in flight
};

/// Append this entry.
struct Propose {
  domain::Draft draft;
  Timestamp now{};
  std::optional<domain::Deletion> deletion;
  std::shared_ptr<const domain::SessionRow> row;  // as it is after the entry; null: unchanged
  std::optional<std::uint32_t> erase_body_of;
};
/// Refuse, by the rules.
struct Refuse {
  Error error;
};
/// Nothing to append: answer when it is this step's turn.
struct Settle {};
/// Run `read` on a reader thread, then decide again; what comes after waits.
struct Read {};
/// Decide again when everything before is committed; what comes after waits.
struct WaitForTurn {};
/// Call `await`, and decide again when that is over; what comes after waits.
struct Await {};
using Decision = std::variant<Propose, Refuse, Settle, Read, WaitForTurn, Await>;

/// What became of a proposal. `text` is null unless it is one; all of it lives as long as the call.
struct Committed {
  std::uint32_t seq = 0;
  Timestamp timestamp{};
  const StoredText* text = nullptr;
};

class Step {
 public:
  virtual ~Step() = default;

  /// Of the texts that it keeps while it waits. Never changes.
  [[nodiscard]] virtual std::size_t bytes() const { return 0; }
  /// Runs every check. Called again after a conflict or a failure before it, so it changes nothing but what it remembers.
  [[nodiscard]] virtual Decision decide(const Outlook& outlook) = 0;

  /// Fetches what `decide` asked for. On a reader thread; the step is left alone until it returns.
  [[nodiscard]] virtual Result<void> read(store::LogReader&, store::Directory&) { return {}; }
  /// What was read is no longer true.
  virtual void forget_read() {}
  /// Begins what `decide` wants to wait for; the step is left alone until `then` has run, once, in a Turn on the session's thread, inside
  /// this call or later. It must not depend on anything that waits for this session.
  virtual void await(Task then) { then(); }

  // One of these, once. Session thread.
  virtual void committed(SessionState&, const Committed&) {}
  virtual void settled(SessionState&) {}
  virtual void refused(Error error) = 0;
};

}  // namespace parley::service
