#include "store/mongo/adoption/deletion_guard.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"

namespace parley::store::mongo {

namespace {

bool is_at_one_time(Timestamp one, Timestamp other) {
  return (one > other ? one - other : other - one) <= limits::mongo_deletions_window;
}

}  // namespace

std::uint64_t deletions_allowed(std::uint64_t live_texts) {
  return std::max<std::uint64_t>(limits::mongo_deletions_of_session, live_texts / 100);
}

void DeletionGuard::add(const ForeignDeletion& deletion) {
  deletions_.push_back(deletion);
}

std::optional<std::uint64_t> DeletionGuard::waiting() const {
  std::optional<std::uint64_t> first;
  for (std::size_t index = ruled_; index < deletions_.size(); ++index) {
    const std::uint64_t event = deletions_[index].event;
    first = std::min(first.value_or(event), event);
  }
  return first;
}

bool DeletionGuard::is_flooded(Timestamp at) const {
  const auto same = [&](const ForeignDeletion& each) { return is_at_one_time(each.at, at); };
  return std::ranges::count_if(deletions_, same) > static_cast<std::ptrdiff_t>(limits::mongo_deletions_at_once);
}

// A session loses its texts one by one, so its original number of texts is the largest `live_texts`.
DeletionGuard::Ruling DeletionGuard::ruling_of(const ForeignDeletion& deletion) const {
  std::uint64_t of_session = 0;
  std::uint64_t live_texts = 0;
  std::uint64_t all = 0;
  for (const ForeignDeletion& each : deletions_) {
    if (!is_at_one_time(each.at, deletion.at)) continue;
    ++all;
    if (each.session != deletion.session) continue;
    ++of_session;
    live_texts = std::max(live_texts, each.live_texts);
  }
  if (all > limits::mongo_deletions_at_once) return Ruling::too_many_at_once;
  if (of_session > deletions_allowed(live_texts)) return Ruling::too_many_in_session;
  return Ruling::applies;
}

std::vector<DeletionGuard::Ruled> DeletionGuard::rule(Timestamp seen) {
  std::vector<Ruled> ruled;
  for (; ruled_ < deletions_.size() && deletions_[ruled_].at + limits::mongo_deletions_window < seen; ++ruled_)
    ruled.push_back({deletions_[ruled_], ruling_of(deletions_[ruled_])});
  while (ruled_ > 0 && deletions_.front().at + 2 * limits::mongo_deletions_window < seen) {
    deletions_.pop_front();
    --ruled_;
  }
  return ruled;
}

}  // namespace parley::store::mongo
