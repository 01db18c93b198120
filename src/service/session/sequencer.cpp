#include "service/session/sequencer.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "service/shared/refusals.hpp"

namespace parley::service {

void Sequencer::on(Submitted) {
  is_waiting_for_event_ = false;
  slots_.push({});
}

void Sequencer::on(Decided decided) {
  PARLEY_ASSERT(busy_with_ != none && state(busy_with_) == State::deciding);
  const std::size_t index = busy_with_;
  Slot& slot = slots_[index];
  using As = Decided::As;
  if (decided.as == As::reads || decided.as == As::awaits) {
    slot.state = decided.as == As::reads ? State::reading : State::awaiting;
    due_.push_back({decided.as == As::reads ? Action::Kind::read : Action::Kind::await, index});
    return;
  }
  busy_with_ = none;
  switch (decided.as) {
    case As::proposed:
      slot.state = State::in_flight;
      due_.push_back({Action::Kind::append, index});
      break;
    case As::refused:
      slot.error = std::make_unique<Error>(*std::move(decided.error));
      slot.state = State::refused;
      break;
    case As::settled:
      slot.state = State::settled;
      break;
    default:
      PARLEY_ASSERT(index > 0);  // the first in line has nothing to wait for
      slot.state = State::waiting;
      is_waiting_for_event_ = true;
  }
}

void Sequencer::on(ReadEnded ended) {
  is_waiting_for_event_ = false;
  Slot* slot = reader();
  PARLEY_ASSERT(slot != nullptr);
  slot->state = State::waiting;
  if (ended.error) slot->error = std::make_unique<Error>(*std::move(ended.error));
  if (std::exchange(read_is_stale_, false)) due_.push_back({Action::Kind::forget_read, busy_with_});
  busy_with_ = none;
}

void Sequencer::on(Settled settled) {
  is_waiting_for_event_ = false;
  PARLEY_ASSERT(state(settled.index) == State::in_flight);
  switch (settled.status) {
    case store::AppendStatus::committed:
      slots_[settled.index].state = State::committed;
      break;
    case store::AppendStatus::refused:
      fail_appends_from(settled.index, *settled.error);
      break;
    case store::AppendStatus::unknown:
      fail_appends_from(settled.index, *settled.error);
      doubt();
      break;
    case store::AppendStatus::conflict:
      on_conflict(settled);
      break;
  }
}

void Sequencer::on(TailTaken taken) {
  is_waiting_for_event_ = false;
  is_taking_tail_ = false;
  if (taken.up == TailTaken::Up::not_to_the_end) doubt();
}

void Sequencer::on(NewsEnded ended) {
  is_waiting_for_event_ = false;
  const bool has_grown = std::exchange(news_, News::none) == News::read_after_growth;
  if (ended.more == NewsEnded::More::yes) knowledge_ = Knowledge::behind;
  if (!ended.error) return;
  if (has_grown && ended.error->code != ErrorCode::log_corrupt) due_.push_back({Action::Kind::retry_news});
  doubt();
  for (Slot& slot : slots_.items()) {
    if (slot.state != State::waiting) continue;
    slot.state = State::failed;
    slot.error = std::make_unique<Error>(*ended.error);
  }
}

void Sequencer::on(LogGrew) {
  is_waiting_for_event_ = false;
  knowledge_ = Knowledge::behind;
}

std::optional<Action> Sequencer::next() {
  if (!due_.empty()) {
    Action action = std::move(due_.front());
    due_.erase(due_.begin());
    return action;
  }
  if (is_taking_tail_) return std::nullopt;
  if (auto answer = answer_first()) return answer;
  if (is_busy()) return std::nullopt;
  return decide_next();
}

std::optional<Action> Sequencer::answer_first() {
  if (slots_.empty() || slots_.front().state < State::settled) return std::nullopt;
  Slot slot = slots_.pop();
  if (undecided_ > 0) --undecided_;
  if (busy_with_ != none) --busy_with_;
  if (slot.state == State::committed) return Action{Action::Kind::commit};
  if (slot.state == State::settled) return Action{Action::Kind::settle};
  return Action{Action::Kind::refuse, 0, std::move(slot.error)};
}

bool Sequencer::is_busy() const {
  return busy_with_ != none || news_ != News::none;
}

std::optional<Action> Sequencer::decide_next() {
  while (undecided_ < slots_.size() && state(undecided_) != State::waiting) ++undecided_;
  const bool somebody_waits = undecided_ < slots_.size();
  if (knowledge_ == Knowledge::behind || (knowledge_ == Knowledge::doubtful && somebody_waits)) return start_reading_news();
  if (!somebody_waits || is_waiting_for_event_) return std::nullopt;
  Slot& slot = slots_[undecided_];
  if (slot.error) {  // its read failed
    slot.state = State::refused;
    return next();
  }
  slot.state = State::deciding;
  busy_with_ = undecided_;
  return Action{Action::Kind::decide, undecided_};
}

std::optional<Action> Sequencer::start_reading_news() {
  if (!nothing_in_flight()) return std::nullopt;
  // The session is whole afterwards, unless something new arrives meanwhile.
  news_ = std::exchange(knowledge_, Knowledge::whole) == Knowledge::behind ? News::read_after_growth : News::read_in_doubt;
  return Action{Action::Kind::read_news};
}

bool Sequencer::nothing_in_flight() const {
  return std::ranges::none_of(slots_.items(), [](const Slot& slot) { return slot.state == State::in_flight; });
}

Sequencer::Slot* Sequencer::reader() {
  if (busy_with_ == none) return nullptr;
  Slot& slot = slots_[busy_with_];
  return slot.state == State::reading || slot.state == State::awaiting ? &slot : nullptr;
}

void Sequencer::fail_appends_from(std::size_t index, const Error& error) {
  for (Slot& slot : slots_.items().subspan(index)) {
    if (slot.state != State::in_flight) continue;
    slot.state = State::failed;
    slot.error = std::make_unique<Error>(error);
  }
  due_.push_back({Action::Kind::roll_back, index});
  decide_again_from(index + 1);
}

void Sequencer::on_conflict(const Settled& settled) {
  Slot& slot = slots_[settled.index];
  if (++slot.conflicts > limits::append_conflicts_max) {
    slot.state = State::failed;
    slot.error = std::make_unique<Error>(overloaded());
  }
  decide_again_from(settled.index);
  due_.push_back({Action::Kind::roll_back, settled.index});
  // Entries that follow from those of the session are taken in at once; otherwise the log is read.
  is_taking_tail_ = settled.index == 0 && settled.has_tail;
  if (is_taking_tail_)
    due_.push_back({Action::Kind::take_tail});
  else
    doubt();
}

void Sequencer::decide_again_from(std::size_t index) {
  for (std::size_t at = index; at < slots_.size(); ++at) {
    Slot& slot = slots_[at];
    if (slot.state == State::failed || slot.state == State::committed) continue;
    if (&slot == reader()) {
      read_is_stale_ = true;
      continue;
    }
    slot.state = State::waiting;
    slot.error.reset();
    due_.push_back({Action::Kind::forget_read, at});
  }
  undecided_ = std::min(undecided_, index);
}

void Sequencer::doubt() {
  if (knowledge_ == Knowledge::whole) knowledge_ = Knowledge::doubtful;
}

}  // namespace parley::service
