#include "service/session/step_runner.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "service/session/deliver.hpp"
#include "service/session/session_shard.hpp"
#include "service/session/session_state.hpp"
#include "service/shared/refusals.hpp"

namespace parley::service {

StepRunner::StepRunner(SessionShard& shard, SessionState& session) : shard_(shard), session_(session) {}

void StepRunner::submit(std::unique_ptr<Step> step) {
  const std::size_t bytes = step->bytes();
  if (works_.size() >= limits::session_steps_max || bytes_ + bytes > limits::session_steps_bytes_max) {
    count(shard_.context().counters.refused_overloaded);
    step->refused(overloaded());
    return;
  }
  bytes_ += bytes;
  auto work = shard_.works().take();
  work->step = std::move(step);
  work->bytes = bytes;
  works_.push(std::move(work));
  sequencer_.on(Sequencer::Submitted{});
  run();
}

void StepRunner::reset_outlook() {
  PARLEY_ASSERT(sequencer_.nothing_in_flight());
  head_ = session_.head;
  row_ = session_.row;
}

void StepRunner::run() {
  if (running_) return;  // called from the answer of a step: the outer call continues
  running_ = true;
  while (auto action = sequencer_.next()) obey(*std::move(action));
  running_ = false;
}

void StepRunner::obey(Action action) {
  using Kind = Action::Kind;
  switch (action.kind) {
    case Kind::decide:
      return decide(action.index);
    case Kind::append:
      return append(*works_[action.index]);
    case Kind::read:
      return read(action.index);
    case Kind::await:
      return works_[action.index]->step->await([this] {
        sequencer_.on(Sequencer::ReadEnded{});
        run();
      });
    case Kind::forget_read:
      return works_[action.index]->step->forget_read();
    case Kind::roll_back:
      return roll_back_to(action.index);
    case Kind::take_tail:
      return sequencer_.on(take_tail());
    case Kind::read_news:
      return read_news();
    case Kind::retry_news:
      return shard_.catch_up_later(session_);
    case Kind::commit:
    case Kind::settle:
    case Kind::refuse:
      return answer(std::move(action));
  }
}

void StepRunner::decide(std::size_t index) {
  using As = Sequencer::Decided::As;
  Work& work = *works_[index];
  if (work.entry.body) work.step->take_back(*std::exchange(work.entry.body, std::nullopt));
  const auto in_flight = index == 0 ? Outlook::InFlight::nothing : Outlook::InFlight::earlier_steps;
  Decision decision = work.step->decide({session_, head_, *row_, in_flight});
  if (auto* proposal = std::get_if<Propose>(&decision)) {
    if (shard_.context().draining) return sequencer_.on(Sequencer::Decided{As::refused, overloaded()});
    work.proposal = std::move(*proposal);
    return sequencer_.on(Sequencer::Decided{As::proposed});
  }
  if (auto* refusal = std::get_if<Refuse>(&decision)) return sequencer_.on(Sequencer::Decided{As::refused, std::move(refusal->error)});
  if (std::holds_alternative<Settle>(decision)) return sequencer_.on(Sequencer::Decided{As::settled});
  if (std::holds_alternative<Read>(decision)) return sequencer_.on(Sequencer::Decided{As::reads});
  if (std::holds_alternative<Await>(decision)) return sequencer_.on(Sequencer::Decided{As::awaits});
  sequencer_.on(Sequencer::Decided{As::waits_for_turn});
}

void StepRunner::append(Work& work) {
  Propose proposal = std::exchange(work.proposal, {});
  store::Append append;
  append.session = row_->number;
  append.expected = head_.position();
  append.entries = std::move(work.encoded);
  append.entries.resize(1);
  domain::EncodedEntry& encoded = append.entries.front();
  proposal.draft.memory = std::move(encoded);
  domain::Chained chained = domain::chain(head_, row_->number, std::move(proposal.draft), shard_.entropy());
  encoded = std::move(chained.encoded);
  work.entry = std::move(chained.entry);
  session_.keys.add(work.entry.core.key, head_.seq);
  work.head_after = head_;
  work.row_after = std::move(proposal.row);
  if (work.row_after) {
    row_ = work.row_after;
    append.row = row_;
  }
  work.token = shard_.next_token();
  append.erase_body_of = proposal.erase_body_of;
  append.token = work.token;
  shard_.append(std::move(append));
}

void StepRunner::read(std::size_t index) {
  shard_.read<void>([step = works_[index]->step.get(), &directory = shard_.context().deps.store.directory()](
                        store::LogReader& reader) { return step->read(reader, directory); },
                    [this](Result<void> result) {
                      Sequencer::ReadEnded ended;
                      if (!result) ended.error = std::move(result.error());
                      sequencer_.on(std::move(ended));
                      run();
                    });
}

void StepRunner::catch_up() {
  sequencer_.on(Sequencer::LogGrew{});
  run();
}

void StepRunner::note_end(std::uint32_t seq) {
  if (seq > session_.head.seq && sequencer_.nothing_in_flight()) catch_up();
}

void StepRunner::read_news() {
  shard_.read<News>([row = session_.row, known = session_.head.position(),
                     &context = shard_.context()](store::LogReader& reader) { return service::read_news(*row, known, reader, context); },
                    [this](Result<News> news) {
                      sequencer_.on(take(std::move(news)));
                      run();
                    });
}

Sequencer::NewsEnded StepRunner::take(Result<News> news) {
  using More = Sequencer::NewsEnded::More;
  if (!news) return {std::move(news.error())};
  if (auto* loaded = std::get_if<LoadedSession>(&*news)) {
    const std::uint32_t seen = session_.head.seq;
    shard_.entry_tails().drop(session_.row->number);
    session_.adopt(std::move(*loaded));
    deliver_since(shard_, session_, seen);
    return {};
  }
  const auto& entries = std::get<std::vector<domain::EncodedEntry>>(*news);
  if (auto taken = take_in(entries); !taken) return {std::move(taken.error())};
  return {std::nullopt, store::conflict_tail.is_full(entries) ? More::yes : More::no};
}

void StepRunner::settle(store::AppendOutcome& outcome) {
  PARLEY_ASSERT(!running_);  // outcomes arrive in turns of their own
  for (std::size_t index = 0; index < works_.size(); ++index) {
    if (sequencer_.state(index) != Sequencer::State::in_flight || works_[index]->token != outcome.token) continue;
    using Status = store::AppendStatus;
    Sequencer::Settled settled{index, outcome.status, std::move(outcome.error), !outcome.tail.empty()};
    if (!settled.error && outcome.status == Status::refused) settled.error = overloaded();
    if (!settled.error && outcome.status == Status::unknown)
      settled.error = Error{ErrorCode::outcome_unknown, "The outcome is not known", {}};
    works_[index]->encoded = std::move(outcome.entries);
    sequencer_.on(std::move(settled));
    conflict_ = &outcome;
    run();
    conflict_ = nullptr;
    return;
  }
}

Sequencer::TailTaken StepRunner::take_tail() {
  const bool is_whole = take_in(conflict_->tail) && session_.head.seq >= conflict_->head.seq;
  return {is_whole ? Sequencer::TailTaken::Up::to_the_end : Sequencer::TailTaken::Up::not_to_the_end};
}

Result<void> StepRunner::take_in(const std::vector<domain::EncodedEntry>& tail) {
  for (const domain::EncodedEntry& encoded : tail) {
    if (auto linked = domain::verify_link(session_.head, encoded); !linked) return linked;
    auto entry = domain::decode_entry(encoded);
    if (!entry) return std::unexpected(entry.error());
    if (auto row = row_after(*session_.row, *entry)) session_.take_row(std::move(row));
    session_.head = domain::head_after(*entry);
    session_.keys.add(entry->core.key, entry->core.seq);
    shard_.entry_tails().note(*session_.row, *entry, encoded.size_bytes());
    deliver_foreign(shard_, session_, std::move(*entry));
  }
  reset_outlook();
  return {};
}

void StepRunner::roll_back_to(std::size_t index) {
  head_ = session_.head;
  row_ = session_.row;
  for (std::size_t at = 0; at < index; ++at) {
    const auto state = sequencer_.state(at);
    if (state != Sequencer::State::in_flight && state != Sequencer::State::committed) continue;
    head_ = works_[at]->head_after;
    if (works_[at]->row_after) row_ = works_[at]->row_after;
  }
  session_.keys.roll_back_to(head_.seq);
}

void StepRunner::answer(Action action) {
  std::unique_ptr<Work> work = works_.pop();
  bytes_ -= work->bytes;
  if (action.kind == Action::Kind::commit)
    take_into_session(*work);
  else if (action.kind == Action::Kind::settle)
    work->step->settled(session_);
  else
    work->step->refused(std::move(*action.error));
  shard_.works().give_back(std::move(work));
}

void StepRunner::take_into_session(Work& work) {
  session_.head = std::move(work.head_after);
  if (work.row_after) session_.take_row(std::move(work.row_after));
  const domain::EncodedEntry& stored = work.encoded.front();
  shard_.entry_tails().note(*session_.row, work.entry, stored.size_bytes());
  Committed committed{work.entry.core.seq, work.entry.core.timestamp, nullptr};
  committed.text = session_.apply(std::move(work.entry));
  work.step->committed(session_, committed);
  shard_.context().deps.relay.publish(session_.id(), stored);
}

std::unique_ptr<StepRunner::Work> WorkPool::take() {
  if (kept_.empty()) return std::make_unique<StepRunner::Work>();
  auto work = std::move(kept_.back());
  kept_.pop_back();
  return work;
}

void WorkPool::give_back(std::unique_ptr<StepRunner::Work> work) {
  work->step.reset();
  work->proposal = {};
  work->entry = {};
  work->row_after.reset();
  const bool is_large = !work->encoded.empty() && work->encoded.front().size_bytes() > limits::work_kept_bytes_max;
  if (kept_.size() < limits::works_kept_max && !is_large) kept_.push_back(std::move(work));
}

}  // namespace parley::service
