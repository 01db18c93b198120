#include "store/mongo/log/committer.hpp"

#include <pthread.h>

#include <utility>

#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "store/mongo/log/commit_round.hpp"

namespace parley::store::mongo {

Committer::Committer(Dependencies deps) : deps_(deps) {
  for (std::size_t index = 0; index < deps_.config.writers; ++index) threads_.emplace_back([this] { serve(); });
}

Committer::~Committer() {
  stop();
}

void Committer::append(EventLoop& loop, Append append) {
  deps_.ports.accept(loop, std::move(append), [this](PreparedAppend& prepared) { return enqueue(prepared); });
}

std::optional<Error> Committer::enqueue(PreparedAppend& prepared) {
  if (auto damage = deps_.state.damage_of(prepared.append.session)) return damage;
  if (prepared.needs_room && !deps_.state.has_room())
    return Error{ErrorCode::store_full, "The store is full", "free space at the database is below free_bytes_min"};
  Waiting waiting{std::move(prepared), deps_.clock.steady_now() + deps_.config.append_deadline};
  switch (deps_.lanes.put(waiting)) {
    case Lanes::Put::taken:
      return std::nullopt;
    case Lanes::Put::full:
      return Error{ErrorCode::overloaded, "The server is overloaded", {}, deps_.state.commit_ms()};
    case Lanes::Put::stopped:
      break;
  }
  return Error{ErrorCode::store_failed, "The store is stopped", {}};
}

void Committer::serve() {
  pthread_setname_np(pthread_self(), "store-commit");  // the name shown by tools that list threads
  Client client = deps_.clients.take();
  for (;;) {
    std::vector<Group> groups = deps_.lanes.take();
    if (groups.empty()) return;
    CommitRound({client, deps_.state, deps_.clock, deps_.lanes, deps_.places, deps_.clients.topology(), deps_.look}, std::move(groups))
        .run();
  }
}

void Committer::stop() {
  deps_.lanes.stop();
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
}

}  // namespace parley::store::mongo
