// Brings a call to the loop that owns its session. Calls of one loop about one session keep their order.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "service/session/creator.hpp"
#include "service/session/live_tokens.hpp"
#include "service/session/session_shard.hpp"

namespace parley::service {

class Router {
 public:
  explicit Router(Context& context);

  [[nodiscard]] Context& context() { return context_; }
  [[nodiscard]] SessionShard& shard_of(const SessionId& id) { return homes_[std::hash<SessionId>{}(id) % homes_.size()]->shard; }
  /// The shard that runs the turns of a pair.
  [[nodiscard]] SessionShard& shard_of_pair(const Pair& pair) {
    return homes_[(std::hash<UserId>{}(pair.first) * 31 + std::hash<UserId>{}(pair.second)) % homes_.size()]->shard;
  }
  /// The shard of a loop.
  [[nodiscard]] SessionShard& shard_at(const EventLoop& loop) { return shard_at(loop.index()); }
  [[nodiscard]] SessionShard& shard_at(std::size_t index) { return homes_[index]->shard; }
  [[nodiscard]] std::size_t shard_count() const { return homes_.size(); }
  /// Creates the sessions of the pairs of this shard.
  [[nodiscard]] Creator& creator_of(SessionShard& shard) { return homes_[shard.loop().index()]->creator; }
  /// The loop of a connection.
  [[nodiscard]] EventLoop& loop_of(const Connection& connection) { return homes_[connection.loop_index]->shard.loop(); }
  /// The sockets of a loop, by their tokens. Threads: the loop's.
  [[nodiscard]] LiveTokens& live_tokens(const EventLoop& loop) { return homes_[loop.index()]->live; }

  /// Runs `call(SessionShard&)` in a Turn on the shard's loop: at once when `from` is that loop, otherwise posted. Threads: `from`'s.
  template <typename Call>
  void on_shard(EventLoop& from, SessionShard& shard, Call call) {
    if (shard.loop().index() == from.index()) {
      const SessionShard::Turn turn(shard);
      call(shard);
      return;
    }
    shard.loop().post([&shard, call = std::move(call)]() mutable {
      const SessionShard::Turn turn(shard);
      call(shard);
    });
  }
  template <typename Call>
  void on_shard_of(EventLoop& from, const SessionId& id, Call call) {
    on_shard(from, shard_of(id), std::move(call));
  }
  /// Hands a step to its session.
  void submit(EventLoop& from, const SessionId& id, std::unique_ptr<Step> step) {
    on_shard_of(from, id, [id, step = std::move(step)](SessionShard& shard) mutable { shard.submit(id, std::move(step)); });
  }

 private:
  /// One loop's part of the service.
  struct Home {
    Home(Router& router, EventLoop& loop) : shard(router.context_, loop), creator(router, shard) {}
    SessionShard shard;
    Creator creator;
    LiveTokens live;
  };

  Context& context_;
  std::vector<std::unique_ptr<Home>> homes_;  // by loop index
};

/// The destination of an answer: `done` on loop `from`.
template <typename T>
class Answer {
 public:
  Answer(SessionShard& shard, const EventLoop& from, Done<T> done) : shard_(&shard), from_(from.index()), done_(std::move(done)) {}

  /// Call it once, on the shard's thread, in a Turn.
  void operator()(Result<T> result) { shard_->answer<T>(from_, std::move(done_), std::move(result)); }
  void refuse(Error error) { (*this)(std::unexpected(std::move(error))); }

  [[nodiscard]] SessionShard& shard() const { return *shard_; }

 private:
  SessionShard* shard_;
  std::size_t from_;
  Done<T> done_;
};

inline Router::Router(Context& context) : context_(context) {
  for (EventLoop* loop : context.deps.loops) homes_.push_back(std::make_unique<Home>(*this, *loop));
}

}  // namespace parley::service
