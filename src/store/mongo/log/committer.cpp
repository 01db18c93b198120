#include "store/mongo/log/committer.hpp"

#include <pthread.h>

#include <utility>

#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "store/mongo/log/commit_round.hpp"

namespace parley::store::mongo {

Committer::Committer(Surroundings surroundings) : surroundings_(surroundings) {
  for (std::size_t index = 0; index < surroundings_.config.writers; ++index) threads_.emplace_back([this] { serve(); });
}

Committer::~Committer() {
  stop();
}

void Committer::append(EventLoop& loop, Append append) {
  surroundings_.ports.accept(loop, std::move(append), [this](PreparedAppend& prepared) { return enqueue(prepared); });
}

std::optional<Error> Committer::enqueue(PreparedAppend& prepared) {
  if (auto damage = surroundings_.state.damage_of(prepared.append.session)) return damage;
  if (prepared.needs_room && !surroundings_.state.has_room())
    return Error{ErrorCode::store_full, "The store is full", "free space at the database is below free_bytes_min"};
  Waiting waiting{std::move(prepared), surroundings_.clock.steady_now() + surroundings_.config.append_deadline};
  switch (surroundings_.lanes.put(waiting)) {
    case Lanes::Put::taken:
      return std::nullopt;
    case Lanes::Put::full:
      return Error{ErrorCode::overloaded, "The server is overloaded", {}, surroundings_.state.commit_ms()};
    case Lanes::Put::stopped:
      break;
  }
  return Error{ErrorCode::store_failed, "The store is stopped", {}};
}

void Committer::serve() {
  pthread_setname_np(pthread_self(), "store-commit");  // the name shown by tools that list threads
  Client client = surroundings_.clients.take();
  for (;;) {
    std::vector<Group> groups = surroundings_.lanes.take();
    if (groups.empty()) return;
    CommitRound({client, surroundings_.state, surroundings_.clock, surroundings_.lanes, surroundings_.places,
                 surroundings_.clients.topology(), surroundings_.look},
                std::move(groups))
        .run();
  }
}

void Committer::stop() {
  surroundings_.lanes.stop();
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
}

}  // namespace parley::store::mongo
