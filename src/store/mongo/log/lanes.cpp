#include "store/mongo/log/lanes.hpp"

#include <algorithm>
#include <iterator>

#include "base/limits.hpp"

namespace parley::store::mongo {

std::size_t Group::entries() const {
  std::size_t count = 0;
  for (const Waiting& each : appends) count += each.prepared.entry_count;
  return count;
}

std::size_t Group::bytes() const {
  std::size_t count = 0;
  for (const Waiting& each : appends) count += each.prepared.bytes;
  return count;
}

Lanes::Put Lanes::put(Waiting& waiting) {
  const PreparedAppend& prepared = waiting.prepared;
  const SessionNumber session = prepared.append.session;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return Put::stopped;
    const std::size_t entries = prepared.entry_count;
    if (entries_ + entries > limits::commit_queue_entries_max || bytes_ + prepared.bytes > limits::commit_queue_bytes_max) return Put::full;
    entries_ += entries;
    bytes_ += prepared.bytes;
    Lane& lane = lanes_[session];
    const bool becomes_ready = lane.waiting.empty() && !lane.busy;
    lane.waiting.push_back(std::move(waiting));
    if (!becomes_ready) return Put::taken;
    ready_.push_back(session);
  }
  changed_.notify_one();
  return Put::taken;
}

/// Takes appends while each follows the previous one and the document has room. A deletion goes alone: it changes two documents.
Group Lanes::group_of(Lane& lane) {
  Group group;
  std::size_t entries = 0;
  std::size_t bytes = 0;
  while (!lane.waiting.empty()) {
    const PreparedAppend& next = lane.waiting.front().prepared;
    if (!group.appends.empty()) {
      const PreparedAppend& before = group.appends.back().prepared;
      const bool alone = before.append.erase_body_of || next.append.erase_body_of;
      const bool follows = next.append.expected == before.last;
      const bool has_room = entries + next.entry_count <= limits::mongo_document_entries_max && bytes < limits::mongo_document_bytes_max;
      if (alone || !follows || !has_room) break;
    }
    entries += next.entry_count;
    bytes += next.bytes;
    group.appends.push_back(std::move(lane.waiting.front()));
    lane.waiting.pop_front();
  }
  lane.busy = true;
  lane.before = group.expected().seq;
  return group;
}

std::vector<Group> Lanes::take() {
  std::unique_lock lock(mutex_);
  // While stopping, another writer may still give appends back. A group in flight keeps its lane, so an empty map means the end.
  changed_.wait(lock, [this] { return !ready_.empty() || (stopping_ && lanes_.empty()); });
  std::vector<Group> groups;
  std::size_t entries = 0;
  std::size_t bytes = 0;
  while (!ready_.empty() && entries < limits::commit_batch_entries_max && bytes < limits::commit_batch_bytes_max) {
    groups.push_back(group_of(lanes_.at(ready_.front())));
    ready_.pop_front();
    entries += groups.back().entries();
    bytes += groups.back().bytes();
  }
  return groups;
}

void Lanes::give_back(const PreparedAppend& prepared) {
  entries_ -= prepared.entry_count;
  bytes_ -= prepared.bytes;
}

void Lanes::settle(const Group& group, std::size_t count) {
  const std::lock_guard lock(mutex_);
  for (std::size_t index = 0; index < count; ++index) give_back(group.appends[index].prepared);
  lanes_.at(group.session()).before.reset();
}

void Lanes::done(Group group, std::size_t count) {
  bool ended = false;
  {
    const std::lock_guard lock(mutex_);
    const auto lane = lanes_.find(group.session());
    const auto rest = group.appends.begin() + static_cast<std::ptrdiff_t>(count);
    lane->second.busy = false;
    lane->second.waiting.insert(lane->second.waiting.begin(), std::make_move_iterator(rest), std::make_move_iterator(group.appends.end()));
    if (lane->second.waiting.empty())
      lanes_.erase(lane);
    else
      ready_.push_back(lane->first);
    ended = stopping_ && lanes_.empty();
    if (ready_.empty() && !ended) return;
  }
  if (ended)
    changed_.notify_all();
  else
    changed_.notify_one();
}

std::vector<Waiting> Lanes::take_expired(SteadyTime now) {
  std::vector<Waiting> expired;
  bool wake_all = false;
  {
    const std::lock_guard lock(mutex_);
    for (auto lane = lanes_.begin(); lane != lanes_.end();) {
      auto& waiting = lane->second.waiting;
      const bool late = !waiting.empty() && waiting.front().deadline <= now;
      if (late) {  // the appends after it cannot be written without it
        for (Waiting& each : waiting) {
          give_back(each.prepared);
          expired.push_back(std::move(each));
        }
        waiting.clear();
      }
      if (late && !lane->second.busy) {
        std::erase(ready_, lane->first);
        lane = lanes_.erase(lane);
      } else {
        ++lane;
      }
    }
    wake_all = stopping_ && lanes_.empty();
  }
  if (wake_all) changed_.notify_all();
  return expired;
}

void Lanes::rest(std::chrono::milliseconds delay) {
  std::unique_lock lock(mutex_);
  stopped_.wait_for(lock, delay);
}

void Lanes::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  stopped_.notify_all();
}

std::optional<domain::Position> Lanes::known_head(SessionNumber session) {
  const std::lock_guard lock(heads_mutex_);
  const domain::Position* known = heads_.use(session);
  return known == nullptr ? std::nullopt : std::optional(*known);
}

void Lanes::note_head(SessionNumber session, const domain::Position& position) {
  const std::lock_guard lock(heads_mutex_);
  domain::Position* known = heads_.use(session);
  if (known == nullptr)
    heads_.try_put(session, position);
  else if (known->seq < position.seq)
    *known = position;
}

std::optional<std::uint32_t> Lanes::settled_before(SessionNumber session) const {
  const std::lock_guard lock(mutex_);
  const auto lane = lanes_.find(session);
  return lane == lanes_.end() ? std::nullopt : lane->second.before;
}

}  // namespace parley::store::mongo
