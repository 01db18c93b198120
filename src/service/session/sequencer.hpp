// The order of one session's writes. Decides steps one after the other, and chains and appends their proposals while earlier appends are
// still in flight. Answers the steps in their order.
//
//   waiting ──decide──► in_flight ──outcome──► committed ─┐
//      ▲  │  └────────► settled / refused ────────────────┼─► answered, when first in line
//      │  └─ read, turn ─┘      │                         │
//      └──── conflict, failure before it ──┘   failed ────┘
//
// Committed  the entry becomes part of the session, and of every answer, in the turn that releases its ack and its delivery.
// Conflict   another writer was faster: its entries are taken in, and every check is run again.
// Refused    the outlook rolls back to before the entry; later appends fail with the same error, later steps that were only decided
//            are decided again.
// Unknown    the append and all later ones in flight get `outcome_unknown`; the log is read before anything else is decided.
//
// Owner: the session's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "domain/chain.hpp"
#include "service/session/catch_up.hpp"
#include "service/session/step.hpp"
#include "store/session_log.hpp"

namespace parley::service {

class SessionShard;

class Sequencer {
 public:
  Sequencer(SessionShard& shard, SessionState& session);

  /// Takes the step and answers it inside this call or later. Above limits::session_steps_max or session_steps_bytes_max the step is
  /// refused at once.
  void submit(std::unique_ptr<Step> step);
  /// The outcome of an append of this session. It is ignored if no step waits for it any more.
  void settle(store::AppendOutcome& outcome);
  /// Another writer has extended the log: reads the new entries once nothing is in flight and sends them to the room. Retries on failure.
  void catch_up();
  /// A reader saw the log up to this entry: as catch_up, if the entry is not known here and no append of ours is in flight.
  void note_end(std::uint32_t seq);

  /// No step waits, is in flight or is running now.
  [[nodiscard]] bool idle() const { return slots_.empty() && !advancing_ && !reading_; }
  /// The head and row were replaced by a load; nothing may be in flight.
  void reset_outlook();

 private:
  enum class State : std::uint8_t { waiting, in_flight, settled, refused, committed, failed };
  struct Slot {
    std::unique_ptr<Step> step;
    State state = State::waiting;
    std::uint64_t token = 0;     // in_flight
    std::optional<Error> error;  // refused, failed, or the error of its read
    std::uint8_t conflicts = 0;
    std::size_t bytes = 0;  // of the step
    // in_flight, committed:
    domain::Chained chained;
    domain::Head head_after;
    std::shared_ptr<const domain::SessionRow> row_after;
  };
  using Slots = std::deque<Slot>;

  void advance();
  [[nodiscard]] bool answer_first();
  void take_into_session(Slot& slot);
  [[nodiscard]] bool decide_next();
  [[nodiscard]] bool carry_out(Slot& slot, Decision decision);
  void append(Slot& slot, Propose proposal);
  [[nodiscard]] bool start_read(Slot& slot);
  [[nodiscard]] bool start_waiting(Slot& slot);
  void finish_read(Result<void> result);
  [[nodiscard]] bool start_catching_up();
  void finish_catching_up(Result<News> news);
  [[nodiscard]] Result<void> take_news(News news);

  void on_refused(std::size_t index, Error error);
  void on_unknown(std::size_t index, Error error);
  void on_conflict(std::size_t index, store::AppendOutcome& outcome);
  [[nodiscard]] Result<void> take_in(const std::vector<domain::EncodedEntry>& tail);
  /// Decides everything from `index` on again, except steps with a final outcome.
  void decide_again_from(std::size_t index);
  void roll_back_outlook_to(std::size_t index);
  [[nodiscard]] bool nothing_in_flight() const;

  SessionShard& shard_;
  SessionState& session_;
  Slots slots_;
  std::size_t bytes_ = 0;                          // of all steps
  std::size_t decided_ = 0;                        // no slot before it is waiting
  domain::Head head_;                              // of the outlook
  std::shared_ptr<const domain::SessionRow> row_;  // of the outlook
  bool reading_ = false;                           // a step's read or wait, or a read of news is in progress; nothing is decided
  Step* read_by_ = nullptr;                        // the step that reads; null: news are read
  bool read_is_stale_ = false;
  /// Whether the log may hold more than the session. doubtful: the log is read before the next step is decided. behind: the log holds more
  /// for certain and is read at once.
  enum class Knowledge : std::uint8_t { whole, doubtful, behind } knowledge_ = Knowledge::whole;
  bool advancing_ = false;
};

}  // namespace parley::service
