#include "store/mongo/mirror/mirror.hpp"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "base/limits.hpp"
#include "store/mongo/driver/layout.hpp"

namespace parley::store::mongo {

namespace {

Result<void> done(const Outcome<WriteResult>& result) {
  if (const auto failure = first_failure(result)) return std::unexpected(to_error(*failure));
  return {};
}

}  // namespace

Mirror::Mirror(Dependencies deps, std::int64_t node) : deps_(deps), writer_(deps.state, deps.logs, deps.look), own_{node, node}, at_(node) {
  thread_ = std::thread([this] { run(); });
}

Mirror::~Mirror() {
  stop();
}

void Mirror::run() {
  pthread_setname_np(pthread_self(), "store-mirror");  // the name shown by tools that list threads
  Client client = deps_.clients.take();
  std::unique_lock lock(mutex_);
  for (;;) {
    const bool last = stopping_;
    lock.unlock();
    const bool more = mirror_own(client, last).value_or(false);
    if (!last) look_at_others(client);
    lock.lock();
    if (last && !more) return;
    if (!more) changed_.wait_for(lock, limits::mongo_mirror_interval, [this] { return stopping_; });
  }
}

Result<bool> Mirror::mirror_own(Client& client, bool last) {
  const SteadyTime now = deps_.clock.steady_now();
  const bool is_due = last || !noted_at_ || now - *noted_at_ >= limits::mongo_watch_interval;
  const std::int64_t settled = deps_.places.settled();
  const auto more = writer_.range(client, own_.at, settled);
  if (more && !*more) own_.at = settled;  // the places in between belong to documents that were never written
  at_ = own_.at;
  if (!is_due || !more) return more;
  if (auto looked = look_for_strays(client); !looked) return std::unexpected(looked.error());
  const auto in_doubt = deps_.places.in_doubt();
  const std::int64_t nothing_open = in_doubt.empty() ? own_.at : std::min(own_.at, in_doubt.begin()->first - 1);
  if (!note(client, {own_.id, nothing_open})) return more;
  noted_at_ = now;
  for (const SessionNumber session : std::exchange(arrived_, {}))
    deps_.ports.announce(session);  // that note journaled it, if it was not journaled before
  return more;
}

Result<void> Mirror::look_for_strays(Client& client) {
  const SteadyTime now = deps_.clock.steady_now();
  const auto in_doubt = deps_.places.in_doubt();
  std::vector<std::int64_t> sought;
  for (auto place = in_doubt.begin(); place != in_doubt.end();) {
    for (sought.clear(); place != in_doubt.end() && std::ssize(sought) < limits::mongo_stray_places_max; ++place)
      sought.push_back(place->first);
    const auto there = writer_.at_places(client, sought);
    if (!there) return std::unexpected(there.error());
    for (const auto& [stray, session] : *there) {
      deps_.places.resolve(stray);
      arrived_.push_back(session);
    }
  }
  for (const auto& [place, until] : in_doubt)
    if (until <= now) deps_.places.resolve(place);
  return {};
}

/// Marks its own node as alive now. Another node is not marked as alive: the mirror only does its work.
Result<void> Mirror::note(Client& client, const Node& node) {
  Document place;
  place.int64("at", node.at);
  Document change;
  change.document("$max", place);
  if (node.id == own_.id) {
    Document alive;
    alive.date("alive", deps_.clock.now());
    change.document("$set", alive);
  }
  Document query;
  query.int64("_id", node.id);
  std::array statement = {update_of(query, change)};
  statement[0].boolean("upsert", node.id == own_.id);
  return done(client.update(collection::nodes, statement));
}

Result<void> Mirror::forget(Client& client, const Node& node) {
  Document query;
  query.int64("_id", node.id);
  const std::array statement = {delete_of(query)};
  return done(client.remove(collection::nodes, statement));
}

// Any node may mirror the writes that a silent node left unmirrored: twice has the same result as once. While writes of that node may
// still arrive, the progress is kept in memory only. When none can arrive any more, the range is read again from the saved place.
void Mirror::look_at_others(Client& client) {
  const SteadyTime now = deps_.clock.steady_now();
  if (looked_at_ && now - *looked_at_ < limits::mongo_node_silent) return;
  if (!deps_.may_mirror_others()) return;
  Document older;
  older.date("$lt", deps_.clock.now() - limits::mongo_node_silent);
  Document filter;
  filter.document("alive", older);
  const auto silent = client.find(collection::nodes, filter);
  if (!silent) return;
  looked_at_ = now;
  for (const Document& found : *silent) {
    const Fields fields(found);
    Node node{fields.integer("_id").value_or(0), fields.integer("at").value_or(0)};
    if (node.id == own_.id) continue;
    const auto silence = deps_.clock.now() - fields.date("alive").value_or(Timestamp{});
    const bool may_stray = silence <= limits::mongo_stray_write_life;
    if (const auto ahead = ahead_.find(node.id); may_stray && ahead != ahead_.end()) node.at = std::max(node.at, ahead->second);
    Result<bool> more = true;
    while (more && *more) more = writer_.range(client, node.at, last_place_of(node.id));
    if (!more) return;
    if (may_stray) {
      ahead_[node.id] = node.at;
      continue;
    }
    ahead_.erase(node.id);
    const bool is_gone = silence > limits::mongo_node_gone;
    if (const auto noted = is_gone ? forget(client, node) : note(client, node); !noted) return;
  }
}

void Mirror::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

}  // namespace parley::store::mongo
