#include "service/session/sequencer.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "service/session/deliver.hpp"
#include "service/session/session_shard.hpp"
#include "service/session/session_state.hpp"
#include "service/shared/refusals.hpp"

namespace parley::service {

Sequencer::Sequencer(SessionShard& shard, SessionState& session) : shard_(shard), session_(session) {}

void Sequencer::submit(std::unique_ptr<Step> step) {
  const std::size_t bytes = step->bytes();
  if (slots_.size() >= limits::session_steps_max || bytes_ + bytes > limits::session_steps_bytes_max) {
    count(shard_.context().counters.refused_overloaded);
    step->refused(overloaded());
    return;
  }
  bytes_ += bytes;
  Slot& slot = slots_.emplace_back();
  slot.step = std::move(step);
  slot.bytes = bytes;
  advance();
}

void Sequencer::reset_outlook() {
  PARLEY_ASSERT(nothing_in_flight());
  head_ = session_.head;
  row_ = session_.row;
}

bool Sequencer::nothing_in_flight() const {
  return std::ranges::none_of(slots_, [](const Slot& slot) { return slot.state == State::in_flight; });
}

void Sequencer::advance() {
  if (advancing_) return;  // called from the answer of a step: the outer call continues
  advancing_ = true;
  do {
    while (answer_first()) {
    }
  } while (decide_next());
  advancing_ = false;
}

bool Sequencer::answer_first() {
  if (slots_.empty()) return false;
  const State state = slots_.front().state;
  if (state == State::waiting || state == State::in_flight) return false;
  Slot slot = std::move(slots_.front());
  slots_.pop_front();
  bytes_ -= slot.bytes;
  if (decided_ > 0) --decided_;
  if (state == State::committed)
    take_into_session(slot);
  else if (state == State::settled)
    slot.step->settled(session_);
  else
    slot.step->refused(std::move(*slot.error));
  return true;
}

void Sequencer::take_into_session(Slot& slot) {
  session_.head = std::move(slot.head_after);
  if (slot.row_after) session_.take_row(std::move(slot.row_after));
  Committed committed{slot.chained.entry.core.seq, slot.chained.entry.core.timestamp, nullptr};
  committed.text = session_.apply(std::move(slot.chained.entry));
  slot.step->committed(session_, committed);
  shard_.context().deps.relay.publish(session_.id(), slot.chained.encoded);
}

bool Sequencer::decide_next() {
  if (reading_) return false;
  while (decided_ < slots_.size() && slots_[decided_].state != State::waiting) ++decided_;
  const bool somebody_waits = decided_ < slots_.size();
  if (knowledge_ == Knowledge::behind || (knowledge_ == Knowledge::doubtful && somebody_waits))
    return nothing_in_flight() && start_catching_up();
  if (!somebody_waits) return false;
  Slot& slot = slots_[decided_];
  if (slot.error) {  // its read failed
    slot.state = State::refused;
    return true;
  }
  const auto place = decided_ == 0 ? Outlook::Place::first : Outlook::Place::behind_others;
  return carry_out(slot, slot.step->decide({session_, head_, *row_, place}));
}

bool Sequencer::carry_out(Slot& slot, Decision decision) {
  if (auto* proposal = std::get_if<Propose>(&decision)) {
    if (shard_.context().draining)
      decision = Refuse{overloaded()};
    else
      return append(slot, std::move(*proposal)), true;
  }
  if (auto* refusal = std::get_if<Refuse>(&decision)) {
    slot.error = std::move(refusal->error);
    slot.state = State::refused;
    return true;
  }
  if (std::holds_alternative<Settle>(decision)) {
    slot.state = State::settled;
    return true;
  }
  if (std::holds_alternative<Read>(decision)) return start_read(slot);
  if (std::holds_alternative<Await>(decision)) return start_waiting(slot);
  PARLEY_ASSERT(decided_ > 0);  // the first in line has nothing to wait for
  return false;
}

void Sequencer::append(Slot& slot, Propose proposal) {
  store::Append append;
  append.session = row_->number;
  append.expected = head_.position();
  slot.chained = domain::chain(head_, row_->number, proposal.now, std::move(proposal.draft), shard_.entropy(), proposal.deletion);
  session_.keys.add(slot.chained.entry.core.key, head_.seq);
  slot.head_after = head_;
  slot.row_after = std::move(proposal.row);
  if (slot.row_after) {
    row_ = slot.row_after;
    append.row = *row_;
  }
  slot.state = State::in_flight;
  slot.token = shard_.next_token();
  append.entries.push_back(slot.chained.encoded);
  append.erase_body_of = proposal.erase_body_of;
  append.token = slot.token;
  shard_.append(std::move(append));
}

bool Sequencer::start_read(Slot& slot) {
  reading_ = true;
  read_by_ = slot.step.get();
  shard_.read<void>(
      [step = read_by_, &directory = shard_.context().deps.directory](store::LogReader& reader) { return step->read(reader, directory); },
      [this](Result<void> result) { finish_read(std::move(result)); });
  return !reading_;  // true only if the reader pool refused at once
}

bool Sequencer::start_waiting(Slot& slot) {
  reading_ = true;
  read_by_ = slot.step.get();
  read_by_->await([this] { finish_read({}); });
  return !reading_;
}

void Sequencer::finish_read(Result<void> result) {
  Step* step = std::exchange(read_by_, nullptr);
  reading_ = false;
  if (std::exchange(read_is_stale_, false)) step->forget_read();
  const auto slot = std::ranges::find_if(slots_, [step](const Slot& candidate) { return candidate.step.get() == step; });
  PARLEY_ASSERT(slot != slots_.end());
  if (!result) slot->error = std::move(result.error());
  advance();
}

void Sequencer::catch_up() {
  knowledge_ = Knowledge::behind;
  advance();
}

void Sequencer::note_end(std::uint32_t seq) {
  if (seq > session_.head.seq && nothing_in_flight()) catch_up();
}

bool Sequencer::start_catching_up() {
  reading_ = true;
  const bool has_grown = std::exchange(knowledge_, Knowledge::whole) == Knowledge::behind;  // whole, unless something new arrives meanwhile
  shard_.read<News>([row = session_.row, known = session_.head.position(),
                     &context = shard_.context()](store::LogReader& reader) { return read_news(*row, known, reader, context); },
                    [this, has_grown](Result<News> news) {
                      if (!news && has_grown && news.error().code != ErrorCode::log_corrupt) shard_.catch_up_later(session_);
                      finish_catching_up(std::move(news));
                    });
  return !reading_;
}

void Sequencer::finish_catching_up(Result<News> news) {
  reading_ = false;
  const auto taken = news ? take_news(*std::move(news)) : Result<void>(std::unexpected(news.error()));
  if (!taken) {
    if (knowledge_ == Knowledge::whole) knowledge_ = Knowledge::doubtful;
    for (Slot& slot : slots_) {
      if (slot.state != State::waiting) continue;
      slot.state = State::failed;
      slot.error = taken.error();
    }
  }
  advance();
}

Result<void> Sequencer::take_news(News news) {
  if (auto* loaded = std::get_if<LoadedSession>(&news)) {
    const std::uint32_t seen = session_.head.seq;
    session_.adopt(std::move(*loaded));
    deliver_since(shard_, session_, seen);
    return {};
  }
  const auto& entries = std::get<std::vector<domain::EncodedEntry>>(news);
  auto taken = take_in(entries);
  if (taken && store::conflict_tail.is_full(entries)) knowledge_ = Knowledge::behind;
  return taken;
}

void Sequencer::settle(store::AppendOutcome& outcome) {
  const auto found =
      std::ranges::find_if(slots_, [&](const Slot& slot) { return slot.state == State::in_flight && slot.token == outcome.token; });
  if (found == slots_.end()) return;
  const auto index = static_cast<std::size_t>(found - slots_.begin());
  switch (outcome.status) {
    case store::AppendStatus::committed:
      found->state = State::committed;
      break;
    case store::AppendStatus::refused:
      on_refused(index, outcome.error.value_or(overloaded()));
      break;
    case store::AppendStatus::unknown:
      on_unknown(index, outcome.error.value_or(Error{ErrorCode::outcome_unknown, "The outcome is not known", {}}));
      break;
    case store::AppendStatus::conflict:
      on_conflict(index, outcome);
      break;
  }
  advance();
}

void Sequencer::on_refused(std::size_t index, Error error) {
  for (std::size_t at = index; at < slots_.size(); ++at) {
    if (slots_[at].state != State::in_flight) continue;
    slots_[at].state = State::failed;
    slots_[at].error = error;
  }
  roll_back_outlook_to(index);
  decide_again_from(index + 1);
}

void Sequencer::on_unknown(std::size_t index, Error error) {
  on_refused(index, std::move(error));
  knowledge_ = std::max(knowledge_, Knowledge::doubtful);
}

void Sequencer::on_conflict(std::size_t index, store::AppendOutcome& outcome) {
  Slot& slot = slots_[index];
  const bool give_up = ++slot.conflicts > limits::append_conflicts_max;
  if (give_up) {
    slot.state = State::failed;
    slot.error = overloaded();
  }
  decide_again_from(index);
  roll_back_outlook_to(index);
  // If the new entries follow from the known ones, they are taken in at once; otherwise they are read.
  const bool taken = index == 0 && !outcome.tail.empty() && take_in(outcome.tail) && session_.head.seq >= outcome.head.seq;
  if (!taken) knowledge_ = std::max(knowledge_, Knowledge::doubtful);
}

Result<void> Sequencer::take_in(const std::vector<domain::EncodedEntry>& tail) {
  for (const domain::EncodedEntry& encoded : tail) {
    if (auto linked = domain::verify_link(session_.head, encoded); !linked) return linked;
    auto entry = domain::decode_entry(encoded);
    if (!entry) return std::unexpected(entry.error());
    if (auto row = row_after(*session_.row, *entry)) session_.take_row(std::move(row));
    session_.head = domain::head_after(*entry);
    session_.keys.add(entry->core.key, entry->core.seq);
    deliver_foreign(shard_, session_, std::move(*entry));
  }
  reset_outlook();
  return {};
}

void Sequencer::decide_again_from(std::size_t index) {
  for (std::size_t at = index; at < slots_.size(); ++at) {
    Slot& slot = slots_[at];
    if (slot.state == State::failed || slot.state == State::committed) continue;
    slot.state = State::waiting;
    slot.token = 0;
    slot.error.reset();
    if (slot.step.get() == read_by_)
      read_is_stale_ = true;
    else
      slot.step->forget_read();
  }
  decided_ = std::min(decided_, index);
}

void Sequencer::roll_back_outlook_to(std::size_t index) {
  head_ = session_.head;
  row_ = session_.row;
  for (std::size_t at = 0; at < index; ++at) {
    const Slot& slot = slots_[at];
    if (slot.state != State::in_flight && slot.state != State::committed) continue;
    head_ = slot.head_after;
    if (slot.row_after) row_ = slot.row_after;
  }
  session_.keys.roll_back_to(head_.seq);
}

}  // namespace parley::service
