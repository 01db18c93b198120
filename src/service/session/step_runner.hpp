// Runs the steps of one session as its Sequencer says: decides, chains and appends their proposals, reads, takes outcomes into the session,
// and answers. The order is the Sequencer's; here are the entries, the outlook and the calls.
//
// Owner: the session's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/queue.hpp"
#include "domain/chain.hpp"
#include "service/session/catch_up.hpp"
#include "service/session/sequencer.hpp"
#include "service/session/step.hpp"
#include "store/session_log.hpp"

namespace parley::service {

class SessionShard;

class StepRunner {
 public:
  StepRunner(SessionShard& shard, SessionState& session);

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
  [[nodiscard]] bool idle() const { return sequencer_.idle() && !running_; }
  /// The head and row were replaced by a load; nothing may be in flight.
  void reset_outlook();

 private:
  friend class WorkPool;
  /// A step in line, at the same place as in the sequencer.
  struct Work {
    std::unique_ptr<Step> step;
    std::size_t bytes = 0;    // of the step
    std::uint64_t token = 0;  // of its append
    // From the decision to append on:
    Propose proposal;
    domain::Entry entry;
    std::vector<domain::EncodedEntry> encoded;  // once it is committed: the entry as stored; before: memory for it
    domain::Head head_after;
    std::shared_ptr<const domain::SessionRow> row_after;
  };

  void run();
  void obey(Action action);
  void decide(std::size_t index);
  void append(Work& work);
  void read(std::size_t index);
  void read_news();
  [[nodiscard]] Sequencer::NewsEnded take(Result<News> news);
  void roll_back_to(std::size_t index);
  [[nodiscard]] Sequencer::TailTaken take_tail();
  [[nodiscard]] Result<void> take_in(const std::vector<domain::EncodedEntry>& tail);
  void answer(Action action);
  void take_into_session(Work& work);

  SessionShard& shard_;
  SessionState& session_;
  Sequencer sequencer_;
  Queue<std::unique_ptr<Work>> works_;
  std::size_t bytes_ = 0;                          // of all steps
  domain::Head head_;                              // of the outlook
  std::shared_ptr<const domain::SessionRow> row_;  // of the outlook
  store::AppendOutcome* conflict_ = nullptr;       // inside settle only
  bool running_ = false;
};

/// Work that is done, kept with its memory for the next steps of any session of the shard. Owner: the shard's thread.
class WorkPool {
 public:
  [[nodiscard]] std::unique_ptr<StepRunner::Work> take();
  void give_back(std::unique_ptr<StepRunner::Work> work);

 private:
  std::vector<std::unique_ptr<StepRunner::Work>> kept_;
};

}  // namespace parley::service
