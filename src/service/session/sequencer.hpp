// The order of one session's writes, as a state machine over values: events in, actions out. It knows no step, store, loop or clock;
// StepRunner carries its actions out and reports their results (`on`).
//
// It decides steps one after the other, and lets their appends overlap. It answers steps strictly in their order.
//
//   waiting ─► deciding ─┬─► in_flight ──outcome──► committed ─┐
//      ▲  ▲     │  │     ├─► settled ──────────────────────────┼─► answered, when first in line
//      │  │     │  │     └─► refused ──────────────────────────┤
//      │  └─────┘  └─► reading, awaiting ─► waiting            │
//      │  (its turn)                                           │
//      └── conflict, failure before it ── in_flight ─► failed ─┘
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
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "base/queue.hpp"
#include "base/result.hpp"
#include "store/session_log.hpp"

namespace parley::service {

/// An order to StepRunner. `index`: the place of the step in line, 0 for the first.
struct Action {
  enum class Kind : std::uint8_t {
    decide,       // run the checks of the step against the outlook; report Decided
    append,       // append the entry that the step proposed; report Settled with its outcome
    read,         // run the step's read on a reader thread; report ReadEnded
    await,        // run the step's wait; report ReadEnded
    forget_read,  // what the step read is out of date
    roll_back,    // the outlook is the session and the appends before the step
    take_tail,    // take the entries of the conflict into the session; report TailTaken
    read_news,    // read the log after the session's head, and take it in; report NewsEnded
    retry_news,   // report LogGrew after a while
    // Of the first in line, which then leaves:
    commit,  // its entry becomes part of the session; answer
    settle,  // answer
    refuse,  // answer with the error
  };
  Kind kind;
  std::size_t index = 0;
  std::unique_ptr<Error> error = nullptr;  // refuse
};

class Sequencer {
 public:
  /// One state enumeration for a step.
  enum class State : std::uint8_t { waiting, deciding, reading, awaiting, in_flight, settled, refused, committed, failed };

  // Events
  struct Submitted {};  // a step, at the end of the line
  struct Decided {      // by the step that `decide` named
    enum class As : std::uint8_t { proposed, settled, refused, reads, awaits, waits_for_turn } as;
    std::optional<Error> error = std::nullopt;  // refused
  };
  struct ReadEnded {  // of the step that reads or awaits
    std::optional<Error> error = std::nullopt;
  };
  struct Settled {  // the append of a step in flight has its outcome
    std::size_t index = 0;
    store::AppendStatus status = store::AppendStatus::committed;
    std::optional<Error> error = std::nullopt;  // refused, unknown
    bool has_tail = false;                      // conflict: with the entries of the other writer
  };
  struct TailTaken {
    enum class Up : std::uint8_t { to_the_end, not_to_the_end } up;
  };
  struct NewsEnded {
    std::optional<Error> error = std::nullopt;
    enum class More : std::uint8_t { no, yes } more = More::no;  // the read ended at its bound: the log may hold more
  };
  struct LogGrew {};  // another writer has extended the log

  void on(Submitted);
  void on(Decided decided);
  void on(ReadEnded ended);
  void on(Settled settled);
  void on(TailTaken taken);
  void on(NewsEnded ended);
  void on(LogGrew);

  /// The next action; nothing: an event must come first. Carry it out before the next call. Events may come in between.
  [[nodiscard]] std::optional<Action> next();

  [[nodiscard]] std::size_t size() const { return slots_.size(); }
  [[nodiscard]] State state(std::size_t index) const { return slots_[index].state; }
  /// No step waits, is in flight or is running, and nothing is read.
  [[nodiscard]] bool idle() const { return slots_.empty() && news_ == News::none; }
  [[nodiscard]] bool nothing_in_flight() const;

 private:
  struct Slot {
    State state = State::waiting;
    std::uint8_t conflicts = 0;
    std::unique_ptr<Error> error{};  // refused, failed, or the error of its read
  };
  /// Whether the log may hold more than the session. doubtful: the log is read before the next step is decided. behind: the log holds more
  /// for certain and is read at once.
  enum class Knowledge : std::uint8_t { whole, doubtful, behind };
  enum class News : std::uint8_t { none, read_in_doubt, read_after_growth };

  [[nodiscard]] Slot* reader();
  [[nodiscard]] bool is_busy() const;
  [[nodiscard]] std::optional<Action> answer_first();
  [[nodiscard]] std::optional<Action> decide_next();
  [[nodiscard]] std::optional<Action> start_reading_news();
  void fail_appends_from(std::size_t index, const Error& error);
  void on_conflict(const Settled& settled);
  /// Decides everything from `index` on again, except steps with a final outcome.
  void decide_again_from(std::size_t index);
  void doubt();

  Queue<Slot> slots_;
  std::vector<Action> due_;       // before anything else; seldom any
  std::size_t undecided_ = 0;     // no slot before it is waiting
  std::size_t busy_with_ = none;  // the slot that is deciding, reading or awaiting
  bool read_is_stale_ = false;
  bool is_taking_tail_ = false;
  bool is_waiting_for_event_ = false;  // a step waits for its turn: decided again after any event
  Knowledge knowledge_ = Knowledge::whole;
  News news_ = News::none;

  static constexpr std::size_t none = static_cast<std::size_t>(-1);
};

}  // namespace parley::service
